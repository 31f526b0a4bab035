import { criterionOf } from '../contract/resources.ts';
import type { Names } from '../contract/topology.ts';
import type { QueueState } from './broker-admin/queue-states.ts';

type QueueCount = Pick<QueueState, 'name' | 'messagesReady' | 'messagesUnacknowledged'>;

import type { ScorerObject } from './resources/scorer-object.ts';

/** `deletionPolicy: Drain`: a Scorer goes once its durable queue is empty, and until then says what it waits for. */
export const drainFinalizer = 'medley.dev/drain';
export const forceAnnotation = 'medley.dev/force-delete';

/** The broker's counts are as old as its statistics, five seconds unless told: none is believed before, ms. */
const countedAnewMs = 10_000;

export const wantsFinalizer = ({ resource, object }: ScorerObject): boolean =>
  resource.spec.deletionPolicy === 'Drain' &&
  object.metadata.deletionTimestamp === undefined &&
  object.metadata.annotations?.[forceAnnotation] === undefined;

export const hasFinalizer = ({ object }: ScorerObject): boolean =>
  object.metadata.finalizers?.includes(drainFinalizer) ?? false;

/** Why it is waited for; null: let it go. Null queues: nobody could say what waits. */
export const waitsFor = (
  scorer: ScorerObject,
  seen: { names: Names; queues: readonly QueueCount[] | null; nowMs: number; namespaceEnds: boolean },
): string | null => {
  const { metadata } = scorer.object;
  const { drainTimeoutSeconds } = scorer.resource.spec;
  if (seen.namespaceEnds || metadata.annotations?.[forceAnnotation] !== undefined) return null;
  const waitedMs = seen.nowMs - Date.parse(metadata.deletionTimestamp ?? '');
  const leftS = Math.ceil(drainTimeoutSeconds - waitedMs / 1_000);
  if (leftS <= 0) return null;
  const until = `for at most ${leftS} s more; annotate it with ${forceAnnotation} to let it go now`;
  if (seen.queues === null) return `the broker can't say what waits in its durable queue; waiting ${until}`;
  const prefix = seen.names.scorer(criterionOf(scorer.resource), 'durable', 0);
  const own = seen.queues.filter(({ name }) => name === prefix || name.startsWith(`${prefix}.g`));
  const messages = own.reduce((sum, one) => sum + one.messagesReady + one.messagesUnacknowledged, 0);
  if (messages === 0) {
    return waitedMs < countedAnewMs ? 'its durable queue seems empty, and is counted once more' : null;
  }
  const held = messages === 1 ? '1 message' : `${messages} messages`;
  return `its durable queue holds ${held}, to be worked off; waiting ${until}`;
};
