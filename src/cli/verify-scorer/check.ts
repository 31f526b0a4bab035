import type { ScorerUnderTest } from './scorer-under-test.ts';
import type { Stand } from './stand.ts';
import type { Verdict } from './verdict.ts';

/** What a check has at hand. */
export interface Trial {
  stand: Stand;
  /** Null: the scorer is somebody else's process, and can be neither killed nor stopped. */
  scorer: ScorerUnderTest | null;
}

/** One rule of docs/protocol.md, tried on a scorer. */
export interface Check {
  name: string;
  /** The rule, as what the scorer does: `answers each request of a batch`. */
  says: string;
  run(trial: Trial): Promise<Verdict>;
}
