import type { QueuePolicy } from './scorer-list.ts';

/** One queue on the broker, as far as scaling and draining need it. */
export interface QueueCount {
  name: string;
  messagesReady: number;
  messagesUnacknowledged: number;
}

/** What the operator does on the broker besides publishing. Failures carry a sentence fit for a condition. */
export interface BrokerDuties {
  /** Whether anybody declares queues for scorers; false: they declare their own. */
  declares: boolean;
  ensureCore(): Promise<void>;
  ensureScorer(wanted: { criterion: string; generation: number; queue: QueuePolicy }): Promise<void>;
  /** Null: every scorer uses the operator's own account. */
  ensureScorerUser:
    | ((wanted: { scorer: string; criterion: string; generation: number; password: string }) => Promise<{
        username: string;
      }>)
    | null;
  queues(): Promise<readonly QueueCount[]>;
  /** Removes what belongs to no criterion of these, where it is empty; says what is kept. */
  sweep(criteria: readonly string[]): Promise<readonly { queue: string; messages: number }[]>;
}

/** Where no management address is given: scorers declare their own queues, nothing is swept. */
export const noBrokerDuties: BrokerDuties = {
  declares: false,
  async ensureCore() {},
  async ensureScorer() {},
  ensureScorerUser: null,
  queues: async () => [],
  sweep: async () => [],
};
