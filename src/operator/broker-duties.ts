import { criterionOf } from '../contract/resources.ts';
import type { Names } from '../contract/topology.ts';
import type { BrokerAdmin } from './broker-admin/broker-admin.ts';
import { aggregatorPermissions, gatewayPermissions, scorerPermissions } from './broker-admin/permissions.ts';
import type { QueueState } from './broker-admin/queue-states.ts';
import type { Removed } from './broker-admin/remove.ts';
import { userNames } from './broker-admin/users.ts';
import type { ScorerObject } from './resources/scorer-object.ts';

/** Roles of which all processes share one account. */
export const brokerRoles = ['gateway', 'aggregator'] as const;
export type BrokerRole = (typeof brokerRoles)[number];

/** What the operator does on the broker besides publishing. Failures carry a sentence fit for a condition. */
export interface BrokerDuties {
  /** Whether anybody declares queues for scorers; false: they declare their own. */
  declares: boolean;
  /** Whether each scorer and role has an account of its own; false: all use one. */
  provisions: boolean;
  ensureCore(): Promise<void>;
  ensureQueues(scorer: ScorerObject, generation: number): Promise<void>;
  /** Resolves with the name of the account. */
  ensureScorerUser(scorer: ScorerObject, password: string): Promise<string>;
  ensureRoleUser(role: BrokerRole, password: string): Promise<string>;
  queues(): Promise<readonly QueueState[]>;
  /** Gives quorum queues the copies they lack. */
  grow(): Promise<void>;
  /** Removes what belongs to no criterion of these, where it is empty. */
  sweep(criteria: readonly { criterion: string; generation: number }[]): Promise<Removed>;
}

/** Where no management address is given: scorers declare their own queues, nothing is swept. */
export const noBrokerDuties: BrokerDuties = {
  declares: false,
  provisions: false,
  async ensureCore() {},
  async ensureQueues() {},
  ensureScorerUser: async () => '',
  ensureRoleUser: async () => '',
  queues: async () => [],
  async grow() {},
  sweep: async () => ({ removed: [], kept: [] }),
};

/** The duties over RabbitMQ's management API, with the rights each account has. */
export const createBrokerDuties = (
  admin: BrokerAdmin,
  options: { names: Names; vhost: string; provisions: boolean; warn: (about: object, sentence: string) => void },
): BrokerDuties => {
  const { names, vhost, provisions } = options;
  const users = userNames(names, vhost);
  const permissions = { gateway: gatewayPermissions, aggregator: aggregatorPermissions } as const;
  return {
    declares: true,
    provisions,
    ensureCore: () => admin.ensureCore(),
    ensureQueues: ({ resource }, generation) =>
      admin.ensureScorer({ criterion: criterionOf(resource), generation, queue: resource.spec.queue }),
    async ensureScorerUser({ resource }, password) {
      const criterion = criterionOf(resource);
      const name = users.scorer(criterion);
      await admin.ensureUser({ name, password, permissions: scorerPermissions(names, criterion) });
      return name;
    },
    async ensureRoleUser(role, password) {
      const name = users[role];
      await admin.ensureUser({ name, password, permissions: permissions[role](names) });
      return name;
    },
    queues: () => admin.queues(),
    async grow() {
      for (const one of await admin.grow()) options.warn({ event: 'queue-undersized', ...one }, one.mend);
    },
    sweep: (criteria) => admin.sweep(criteria),
  };
};
