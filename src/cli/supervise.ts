import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import { type Child, type ChildSpec, startChild } from './start-child.ts';

/** One child process that is kept running: started again, ever more slowly, when it ends by itself. */
export interface Supervised {
  name: string;
  pid(): number | undefined;
  /** SIGTERM, then SIGKILL when anything of it is left after `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** A child that lived so long starts anew with the shortest pause. */
const healthyMs = 30_000;

export const supervise = (spec: ChildSpec, options: { clock: Clock; log: Log }): Supervised => {
  const { clock, log } = options;
  let stopping = false;
  let pauseMs = firstPauseMs;
  let child: Child;
  let cancelRestart = (): void => undefined;

  const start = (): void => {
    const startedAtMs = clock.monotonicMs();
    const started = startChild(spec);
    child = started;
    void started.ended.then((end) => {
      if (stopping) return;
      // What it had started itself would go on beside its successor.
      started.signal('SIGTERM');
      if (clock.monotonicMs() - startedAtMs > healthyMs) pauseMs = firstPauseMs;
      log.warn(
        { event: 'child-ended', child: spec.name, restartInMs: pauseMs, ...end },
        'a process ended and is started again',
      );
      cancelRestart = clock.setTimer(pauseMs, start);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    });
  };

  start();
  return {
    name: spec.name,
    pid: () => child.pid(),
    async stop(patienceMs) {
      stopping = true;
      cancelRestart();
      const ending = child;
      const { promise: killed, resolve } = Promise.withResolvers<void>();
      const cancelKill = clock.setTimer(patienceMs, () => {
        ending.signal('SIGKILL');
        // Where nobody buries the dead of a group, it never looks empty.
        void ending.ended.then(() => resolve());
      });
      ending.signal('SIGTERM');
      await Promise.race([ending.gone(), killed]);
      cancelKill();
    },
  };
};
