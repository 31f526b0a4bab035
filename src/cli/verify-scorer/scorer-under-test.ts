import type { Clock } from '../../contract/clock.ts';
import { type Child, type ChildEnd, type ChildSpec, startChild } from '../start-child.ts';

/** The scorer's process, started, killed and stopped at will. */
export interface ScorerUnderTest {
  /** Starts it where it does not run. */
  ensure(): void;
  /** How it ended by itself, or was ended; null: it runs. */
  ended(): ChildEnd | null;
  /** SIGKILL to all of it. */
  kill(): Promise<void>;
  /** SIGTERM; null where it has not ended in time, and was killed then. */
  terminate(patienceMs: number): Promise<ChildEnd | null>;
}

export const createScorerUnderTest = (spec: ChildSpec, clock: Clock): ScorerUnderTest => {
  let child: Child | null = null;
  let end: ChildEnd | null = null;

  const kill = async (): Promise<void> => {
    const killed = child;
    if (killed === null) return;
    killed.signal('SIGKILL');
    await killed.ended;
  };
  return {
    ensure() {
      if (child !== null && end === null) return;
      end = null;
      const started = startChild({ ...spec, guarded: true });
      child = started;
      void started.ended.then((how) => {
        if (child === started) end = how;
      });
    },
    ended: () => end,
    kill,
    async terminate(patienceMs) {
      const told = child;
      if (told === null) return null;
      const { promise: overdue, resolve } = Promise.withResolvers<null>();
      const cancel = clock.setTimer(patienceMs, () => resolve(null));
      told.signal('SIGTERM');
      const how = await Promise.race([told.ended, overdue]);
      cancel();
      if (how === null) await kill();
      return how;
    },
  };
};
