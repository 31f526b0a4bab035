import type { Clock } from '../../contract/clock.ts';
import type { Names } from '../../contract/topology.ts';
import type { Log } from '../../runtime/log.ts';
import { createDeclarer } from './declare.ts';
import { BrokerConflictError, BrokerNotWholeError } from './errors.ts';
import { growQuorumQueues, runningNodes, type Undersized } from './grow.ts';
import { guardDeletes, guardWrites } from './guard-broker.ts';
import { createManagementClient, path } from './management-client.ts';
import { createOwner } from './owner.ts';
import { criterionOfAgain, planCore, planScorer, type QueueLimits, scorerQueueOf, unwantedQueues } from './planned.ts';
import { type QueueState, readQueueStates } from './queue-states.ts';
import { createRemover, type Removed } from './remove.ts';
import { type RemovedAll, removeAll } from './remove-all.ts';
import { createTurns } from './turns.ts';
import { createUsers, userNames, type WantedUser } from './users.ts';
import { createViews } from './view.ts';

/**
 * What the operator does on RabbitMQ besides publishing, over its management API: it declares what all share and what
 * each Scorer needs, makes users that may do no more than their role does, and removes what nobody needs any more.
 *
 * Every call looks first and writes only what is otherwise. Failures are the errors of errors.ts.
 */
export interface BrokerAdmin {
  /**
   * The virtual host (where users are provisioned), exchanges, intake and dead-letter queues.
   *
   * @throws BrokerConflictError also where another installation has this prefix there
   */
  ensureCore(): Promise<void>;
  ensureScorer(scorer: { criterion: string; generation: number; queue: QueueLimits }): Promise<void>;
  /** Does nothing where users are not provisioned. */
  ensureUser(user: WantedUser): Promise<void>;
  queues(): Promise<readonly QueueState[]>;
  /** Gives quorum queues the members they lack; what it can't mend it names. */
  grow(): Promise<readonly Undersized[]>;
  /** Call it again while anything is kept: each call goes as far as it can without losing a message. */
  removeScorer(scorer: { criterion: string }): Promise<Removed>;
  /** Removes what belongs to no criterion of these, or to another generation of one. */
  sweep(criteria: readonly { criterion: string; generation: number }[]): Promise<Removed>;
  /** Deletes everything under the prefix, with all messages. */
  removeAll(): Promise<RemovedAll>;
}

export interface BrokerAdminOptions {
  /** `http(s)://user:password@host:15672`. */
  managementUrl: string;
  vhost: string;
  names: Names;
  /** Which installation this is: what another one has is left. */
  owner: string;
  /** Whether this process may delete, and change users, at this moment. Default: it may. */
  leading?: () => boolean;
  /** True needs a user with the tag `administrator`; false no more than `policymaker` on the one virtual host. */
  provisionUsers: boolean;
  clock: Clock;
  log: Log;
  /** Nodes of the cluster: nothing is declared before all of them run once. Default 1. */
  nodes?: number;
  fetch?: typeof fetch;
  /** How old counts of messages may be, ms: twice the broker's `collect_statistics_interval`. Default 10,000. */
  settleMs?: number;
  /** How long what was read of the broker is believed, ms. Default 5,000. */
  viewMs?: number;
}

export const createBrokerAdmin = (options: BrokerAdminOptions): BrokerAdmin => {
  const { managementUrl, vhost, names, provisionUsers, clock, log, nodes = 1 } = options;
  const { settleMs = 10_000, viewMs = 5_000, leading = () => true } = options;
  const unguarded = createManagementClient({ url: managementUrl, vhost, fetch: options.fetch ?? fetch });
  const client = guardDeletes(unguarded, leading);
  const owner = createOwner({ client, vhost, names, owner: options.owner });
  const views = createViews({ client, vhost, clock, maxAgeMs: viewMs });
  const declare = createDeclarer({ client, vhost, views });
  const users = createUsers({ client: guardWrites(unguarded, leading), vhost, names, clock, maxAgeMs: viewMs });
  /** Generation by criterion of the Scorers there are, as last heard: what is removed at the same time must not be theirs. */
  const wanted = new Map<string, number>();
  /** Generation by criterion that this process declared last: it is named in plans only afterwards. */
  const declared = new Map<string, number>();
  /** Later generations that the last sweep found: a view of a moment ago may not know yet what another leader declared. */
  let laterBefore: ReadonlySet<string> = new Set();
  const isLater = (queue: string): boolean => {
    const of = scorerQueueOf(names, queue);
    return of !== null && of.generation > (wanted.get(of.criterion) ?? Number.POSITIVE_INFINITY);
  };
  const turns = createTurns();
  const remove = createRemover({
    ...{ client, vhost, views, scatter: names.exchange.scatter, clock, settleMs },
    inTurn: (queue, work) => turns(scorerQueueOf(names, queue)?.criterion ?? queue, work),
    isWanted: (queue) => unwantedQueues(names, [queue], { wanted, declared }).length === 0,
  });
  const named = userNames(names, vhost);
  const core = planCore(names);

  const ensureVhost = async (): Promise<void> => {
    if (!provisionUsers || (await client.get(path('vhosts', vhost))) !== null) return;
    await client.put(path('vhosts', vhost), {}, `virtual host ${vhost}`);
    log.info({ event: 'vhost-created', vhost }, 'created');
  };
  /** Quorum queues take their members from the nodes that run when they are declared. */
  const refuseTooEarly = async (): Promise<void> => {
    if (nodes < 2 || (await views.current()).queues.has(names.intake)) return;
    const running = await runningNodes(client);
    if (running === null || running.length >= nodes) return;
    throw new BrokerNotWholeError(
      `${running.length} of ${nodes} RabbitMQ nodes run; queues are declared once all do, so that each has its copies`,
    );
  };
  const removeRest = async (criterion: string): Promise<void> => {
    const view = await views.current();
    const again = names.again(criterion);
    if (view.exchanges.delete(again)) await client.delete(path('exchanges', vhost, again), `exchange ${again}`);
    for (const lane of ['interactive', 'durable'] as const) {
      const policy = names.scorer(criterion, lane, 0);
      if (view.policies.delete(policy)) await client.delete(path('policies', vhost, policy), `policy ${policy}`);
    }
  };
  /** Somebody may come to want it at any moment before its turn. */
  const inTurn = async (
    criterion: string,
    isOver: (criterion: string) => boolean,
    work: () => Promise<unknown>,
  ): Promise<void> => {
    await turns(criterion, async () => {
      if (isOver(criterion)) await work();
    });
  };
  const refuseForeign = async (): Promise<void> => {
    const whose = await owner.foreign();
    if (whose !== null) throw new BrokerConflictError(whose);
  };
  const removeRestOf = async (isOver: (criterion: string) => boolean): Promise<void> => {
    const { policies, exchanges } = await views.current();
    // A Scorer that leaves the limits as they are has no policy of its own, but an exchange.
    const those = new Set([
      ...[...policies.keys()].map((name) => scorerQueueOf(names, name)?.criterion ?? null),
      ...[...exchanges.keys()].map((name) => criterionOfAgain(names, name)),
    ]);
    for (const criterion of those) if (criterion !== null) await inTurn(criterion, isOver, () => removeRest(criterion));
  };
  const removeUsersOf = async (isOver: (criterion: string) => boolean): Promise<void> => {
    for (const [criterion, user] of await users.ofScorers()) await inTurn(criterion, isOver, () => users.remove(user));
  };
  const queuesOf = async (criterion: string): Promise<string[]> =>
    [...(await views.current()).queues.keys()].filter((name) => scorerQueueOf(names, name)?.criterion === criterion);
  const logRemoved = (done: Removed): Removed => {
    if (done.removed.length > 0) log.info({ event: 'queues-removed', queues: done.removed }, 'removed');
    return done;
  };

  return {
    async ensureCore() {
      await ensureVhost();
      await refuseTooEarly();
      await owner.claim();
      await declare(core);
    },
    ensureScorer(scorer) {
      wanted.set(scorer.criterion, Math.max(scorer.generation, wanted.get(scorer.criterion) ?? 0));
      declared.set(scorer.criterion, scorer.generation);
      return turns(scorer.criterion, () => declare(planScorer(names, scorer)));
    },
    async ensureUser(user) {
      if (provisionUsers) await users.ensure(user);
    },
    queues: () => readQueueStates(client, vhost, names),
    async grow() {
      const running = await runningNodes(client);
      if (running === null || running.length < 2) return [];
      return growQuorumQueues({ client, vhost, nodes: running, states: await readQueueStates(client, vhost, names) });
    },
    async removeScorer({ criterion }) {
      await refuseForeign();
      wanted.delete(criterion);
      const done = await remove(await queuesOf(criterion));
      if (done.kept.length > 0) return logRemoved(done);
      const isOver = (): boolean => !wanted.has(criterion);
      await inTurn(criterion, isOver, () => removeRest(criterion));
      if (provisionUsers) await inTurn(criterion, isOver, () => users.remove(named.scorer(criterion)));
      return logRemoved(done);
    },
    removeAll: () => removeAll({ client, vhost, names, owner, users: provisionUsers }),
    async sweep(criteria) {
      await refuseForeign();
      views.forget();
      wanted.clear();
      for (const { criterion, generation } of criteria) wanted.set(criterion, generation);
      const unwanted = unwantedQueues(names, (await views.current()).queues.keys(), { wanted, declared });
      const done = await remove(unwanted.filter((queue) => !isLater(queue) || laterBefore.has(queue)));
      laterBefore = new Set(unwanted.filter(isLater));
      const keptOf = new Set(done.kept.map(({ queue }) => scorerQueueOf(names, queue)?.criterion));
      const isOver = (criterion: string): boolean => !wanted.has(criterion) && !keptOf.has(criterion);
      await removeRestOf(isOver);
      if (provisionUsers) await removeUsersOf(isOver);
      return logRemoved(done);
    },
  };
};
