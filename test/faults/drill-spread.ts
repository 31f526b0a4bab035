import { median, percentile } from '../bench/percentile.ts';
import { type Call, callOnce, tookMs } from './callers.ts';
import { createDoors } from './doors.ts';
import { startScene } from './scene.ts';
import { runUsers } from './users.ts';

/** Whether work is shared and done side by side: batches that hoard nothing, and a fan-out that costs the slowest, not the sum. */
export interface SpreadOptions {
  /** An amqp:// address, or `embedded`. */
  broker: string;
  say(line: string): void;
}

const hoardMs = 38;
const replicas = 4;
const callers = 64;
const hoardDeadlineMs = 1_000;

const countByReplica = (scored: readonly string[], prefix: string): number[] => {
  const counts = new Map<string, number>();
  for (const line of scored) {
    const [replica = '', item = ''] = line.split(' ');
    if (item.startsWith(prefix)) counts.set(replica, (counts.get(replica) ?? 0) + 1);
  }
  return [...counts.values()].sort((one, other) => other - one);
};

/** 64 callers at once ask a scorer of 38 ms with four replicas: first when nothing is known of it, then when it is. */
export const runHoard = async ({ broker, say }: SpreadOptions): Promise<readonly string[]> => {
  const scene = await startScene(
    {
      scorers: { slow: { delayMs: hoardMs, kind: 'sleep', replicas, concurrency: 1 } },
      recommenders: { home: { deadlineMs: hoardDeadlineMs, criteria: [{ criterion: 'slow', weight: 1 }] } },
    },
    broker,
  );
  const doors = createDoors(scene.bases);
  const faults: string[] = [];
  try {
    say(
      '| 64 callers at once | whole | others | by replica | p50 ms | most ms |\n| --- | --- | --- | --- | --- | --- |',
    );
    for (const round of ['first', 'second', 'third']) {
      const prefix = `${round}-`;
      const asked = Array.from({ length: callers }, (_, index) => ({
        ...{ user: `${prefix}${index}`, nonce: 'once', recommender: 'home' },
      }));
      const calls: readonly Call[] = await Promise.all(asked.map((one) => callOnce(doors, one)));
      const whole = calls.filter(({ verdict }) => verdict === 'whole').length;
      const took = Float64Array.from(calls, tookMs).sort();
      const counts = countByReplica(await scene.scored(), prefix);
      say(
        `| ${round} time | ${whole} | ${calls.length - whole} | ${counts.join(' ')} | ${percentile(took, 0.5).toFixed(0)} | ${percentile(took, 1).toFixed(0)} |`,
      );
      if (whole < callers) faults.push(`${round} time: ${callers - whole} of ${callers} not whole`);
      if (counts.length < replicas) faults.push(`${round} time: only ${counts.length} of ${replicas} replicas worked`);
    }
    return faults;
  } finally {
    await doors.close();
    await scene.stop();
  }
};

const delaysMs = [20, 40, 80] as const;
const mostOverMs = 10;

/** One caller asks three scorers of 20, 40 and 80 ms. */
export const runParallel = async ({ broker, say }: SpreadOptions): Promise<readonly string[]> => {
  const criteria = delaysMs.map((delayMs) => `takes-${delayMs}`);
  const scene = await startScene(
    {
      scorers: Object.fromEntries(
        delaysMs.map((delayMs) => [
          `takes-${delayMs}`,
          { delayMs, kind: 'sleep' as const, replicas: 1, concurrency: 1 },
        ]),
      ),
      recommenders: { home: { deadlineMs: 1_000, criteria: criteria.map((criterion) => ({ criterion, weight: 1 })) } },
    },
    broker,
  );
  const doors = createDoors(scene.bases);
  try {
    const took: number[] = [];
    const over: number[] = [];
    let others = 0;
    await runUsers({ doors, recommender: 'home', users: 1, durationMs: 2_000, prefix: 'warm-', onCall() {} });
    await runUsers({
      ...{ doors, recommender: 'home', users: 1, durationMs: 15_000, prefix: 'u' },
      onCall(call, answer) {
        if (call.verdict !== 'whole' || answer === null) {
          others += 1;
          return;
        }
        const slowestMs = Math.max(...answer.coverage.criteria.map(({ serviceMs }) => serviceMs ?? 0));
        took.push(tookMs(call));
        over.push(tookMs(call) - slowestMs);
      },
    });
    const slowestMs = Math.max(...delaysMs);
    say(
      '| scorers of 20, 40 and 80 ms | whole | others | median ms | over 80 ms | over the slowest, as it measured itself |',
    );
    say('| --- | --- | --- | --- | --- | --- |');
    say(
      `| one caller | ${took.length} | ${others} | ${median(took).toFixed(1)} | ${(median(took) - slowestMs).toFixed(1)} | ${median(over).toFixed(1)} |`,
    );
    return median(took) <= slowestMs + mostOverMs
      ? []
      : [`the median takes ${(median(took) - slowestMs).toFixed(1)} ms more than 80`];
  } finally {
    await doors.close();
    await scene.stop();
  }
};
