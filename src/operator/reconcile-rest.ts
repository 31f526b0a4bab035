import { lanes } from '../contract/primitives.ts';
import { criterionOf } from '../contract/resources.ts';
import { accessAs, sharedAccess } from './broker-account.ts';
import { brokerRoles } from './broker-duties.ts';
import type { Parts } from './parts.ts';
import type { BrokerReconciler } from './reconcile-broker.ts';
import { passwordIn } from './resources/broker-secret.ts';
import { plansConfigMapName } from './resources/plans-config-map.ts';
import { buildRoleSecret, roleSecretName } from './resources/role-secret.ts';
import type { ScorerObject } from './resources/scorer-object.ts';
import { criterionIn, listScorers } from './scorer-list.ts';

const restMs = 30_000;
/** Queues that hold messages are looked at again sooner: they may be empty by then. */
const keptMs = 6_000;

/** The accounts of gateways and aggregators, and the Secrets they read them from. */
const putRoles = async (parts: Parts): Promise<void> => {
  const { broker, world, settings, scorerAmqpUrl } = parts;
  for (const role of brokerRoles) {
    const live = world.get('secrets', roleSecretName(role));
    const password = passwordIn(live) ?? parts.createPassword();
    const access = broker.provisions
      ? accessAs(scorerAmqpUrl, { username: await broker.ensureRoleUser(role, password), password })
      : sharedAccess(scorerAmqpUrl);
    const { object } = await parts.putRight(buildRoleSecret(role, settings.instance, access), live);
    world.note('secrets', object);
  }
};

/** Scorers whose queues somebody deleted, or lost with all the broker had, get them anew, and their accounts. */
const putBack = async (parts: Parts, scorers: readonly ScorerObject[], reconciler: BrokerReconciler): Promise<void> => {
  const there = new Set((await parts.broker.queues()).map(({ name }) => name));
  for (const { resource, object } of scorers) {
    const queues = lanes.map((lane) => parts.names.scorer(criterionOf(resource), lane, parts.generationOf(object)));
    if (queues.every((queue) => there.has(queue))) continue;
    reconciler.forget(object.metadata.name);
    parts.queue.add(`scorer/${object.metadata.name}`);
  }
};

/** Whose queues are to stay: of those that work, and of those that can't be read, whose processes go on as well. */
const wantedOf = ({ world, generationOf }: Parts): readonly { criterion: string; generation: number }[] => {
  const { usable, unreadable } = listScorers(world.all('scorers'));
  const held = new Set(usable.map(({ resource }) => criterionOf(resource)));
  const objects = [
    ...usable.map(({ object }) => object),
    ...unreadable.filter((object) => !held.has(criterionIn(object))),
  ];
  return objects.map((object) => ({ criterion: criterionIn(object), generation: generationOf(object) }));
};

/** What belongs to no single object: what all share on the broker, and what is left there of Scorers that are gone. */
export const reconcileRest = async (parts: Parts, reconciler: BrokerReconciler): Promise<void> => {
  const { broker, world, queue } = parts;
  queue.addAfter('rest/all', restMs);
  if (!broker.declares) return;
  await broker.ensureCore();
  await putRoles(parts);
  await putBack(parts, listScorers(world.all('scorers')).usable, reconciler);
  const { kept } = await broker.sweep(wantedOf(parts));
  const about = world.get('plans', plansConfigMapName);
  for (const one of kept) {
    const message = `queue ${one.queue} of a Scorer that is gone is kept, with ${one.messages} messages: ${one.because}`;
    if (about !== undefined && one.messages > 0) {
      parts.events.tell(about, { type: 'Warning', reason: 'QueueKept', message });
    }
  }
  if (kept.length > 0) queue.addAfter('rest/all', keptMs);
  await broker.grow();
};
