import { setTimeout as sleep } from 'node:timers/promises';
import type { CriterionCoverage } from '../../src/contract/answer.ts';
import { percentile } from '../bench/percentile.ts';
import { type Call, startCallers, tookMs } from './callers.ts';
import { createDoors, type Doors } from './doors.ts';
import { marginMs } from './drill-report.ts';
import { type Scene, startScene } from './scene.ts';
import { runUsers } from './users.ts';
import type { WorldOptions } from './world-plans.ts';

/** One scorer that takes far longer than the deadline: whom it holds up, and what becomes of what it says too late. */
export interface TurtleOptions {
  kind: 'sleep' | 'cpu';
  /** An amqp:// address, or `embedded`. */
  broker: string;
  users: number;
  seconds: number;
  /** Between an answer and the same user's next question, ms. */
  thinkMs: number;
  say(line: string): void;
}

const deadlineMs = 300;
const turtleMs = 2_000;
const turtleShare = 0.2;
/** One at a time, who ask a recommender that does not use the turtle. */
const bystanders = 2;
const bystanderThinkMs = 25;

const worldOf = ({ kind, broker }: TurtleOptions): WorldOptions => {
  const quick = { delayMs: 1, kind: 'sleep' as const, replicas: 2, concurrency: 4 };
  const patient = { replicas: broker === 'embedded' ? 1 : 6, concurrency: 256 };
  const turtle = { delayMs: turtleMs, kind, ...(kind === 'cpu' ? { replicas: 1, concurrency: 1 } : patient) };
  const half = (1 - turtleShare) / 2;
  const plain = [
    { criterion: 'red', weight: half },
    { criterion: 'green', weight: half },
  ];
  return {
    scorers: { red: quick, green: quick, turtle },
    recommenders: {
      home: { deadlineMs, criteria: [...plain, { criterion: 'turtle', weight: turtleShare }] },
      same: { deadlineMs, criteria: plain },
      plain: { deadlineMs, criteria: plain },
    },
  };
};

export interface TurtleFound {
  calls: readonly Call[];
  /** By what the turtle's coverage says; `unsaid` where it says nothing, or its weight is wrong. */
  outcomes: Readonly<Record<string, number>>;
  /** Took, ms, sorted: all, and those whose turtle was late. */
  tookMs: Float64Array;
  tookLateMs: Float64Array;
  usersWithLatePartial: number;
  answersWithLatePartial: number;
}

const isRight = (turtle: CriterionCoverage | undefined): turtle is CriterionCoverage =>
  turtle !== undefined && Math.abs(turtle.weight - turtleShare) < 1e-6;

const runHome = async (doors: Doors, options: TurtleOptions): Promise<TurtleFound> => {
  const calls: Call[] = [];
  const outcomes: Record<string, number> = {};
  const late: number[] = [];
  const told = new Set<string>();
  let answersWithLatePartial = 0;
  await runUsers({
    ...{ doors, recommender: 'home', users: options.users, durationMs: options.seconds * 1_000 },
    ...{ thinkMs: options.thinkMs, spreadMs: deadlineMs + options.thinkMs, prefix: 'home-' },
    onCall(call, answer) {
      calls.push(call);
      if (answer === null) return;
      const turtle = answer.coverage.criteria.find(({ criterion }) => criterion === 'turtle');
      const outcome = isRight(turtle) ? turtle.outcome : 'unsaid';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === 'late') late.push(tookMs(call));
      if (turtle?.lateAgeMs === undefined) return;
      answersWithLatePartial += 1;
      told.add(answer.subject.id);
    },
  });
  return {
    calls,
    outcomes,
    tookMs: Float64Array.from(calls, tookMs).sort(),
    tookLateMs: Float64Array.from(late).sort(),
    usersWithLatePartial: told.size,
    answersWithLatePartial,
  };
};

const besides = async <T>(doors: Doors, work: () => Promise<T>): Promise<{ result: T; tookMs: Float64Array }> => {
  const took: number[] = [];
  let over = false;
  const watch = async (): Promise<void> => {
    while (!over) {
      await runUsers({
        ...{ doors, recommender: 'plain', users: bystanders, durationMs: 500, thinkMs: bystanderThinkMs },
        ...{ prefix: 'plain-', onCall: (call) => void took.push(tookMs(call)) },
      });
    }
  };
  const watching = watch();
  const result = await work();
  over = true;
  await watching;
  return { result, tookMs: Float64Array.from(took).sort() };
};

const lateComputed = async (scene: Scene): Promise<number> => {
  const texts = await scene.aggregatorMetrics();
  const lines = texts.flatMap((text) => text.split('\n'));
  return lines
    .filter(
      (line) =>
        line.startsWith('medley_aggregator_partials_total{') && line.includes('"turtle"') && line.includes('"late"'),
    )
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

const spread = (sorted: Float64Array): string =>
  [0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share).toFixed(0)).join(' | ');

const faultsOf = (found: TurtleFound): readonly string[] => {
  const overMs = percentile(found.tookMs, 1) - deadlineMs - marginMs;
  const overCount = found.tookMs.filter((ms) => ms > deadlineMs + marginMs).length;
  const wrong = found.calls.filter(({ verdict }) => verdict !== 'partial').length;
  const p99 = percentile(found.tookMs, 0.99);
  return [
    ...(overMs > 0 ? [`${overCount} of ${found.tookMs.length} answers late, by at most ${overMs.toFixed(0)} ms`] : []),
    ...(p99 > 1.1 * deadlineMs ? [`p99 is ${p99.toFixed(0)} ms`] : []),
    ...(wrong > 0 ? [`${wrong} answers were no fresh ones that lack the turtle alone`] : []),
    ...(found.outcomes.unsaid === undefined ? [] : [`${found.outcomes.unsaid} answers do not name the turtle rightly`]),
  ];
};

/** @returns what must hold and did not, as sentences */
export const runTurtle = async (options: TurtleOptions): Promise<readonly string[]> => {
  const { say, seconds } = options;
  const scene = await startScene(worldOf(options), options.broker);
  const doors = createDoors(scene.bases);
  try {
    // Cold code, and a gateway that does not know yet what scorers cost.
    await runUsers({
      doors,
      recommender: 'same',
      users: 20,
      durationMs: 3_000,
      thinkMs: 20,
      prefix: 'warm-',
      onCall() {},
    });
    const idle = await besides(doors, () => sleep(3_000));
    const withTurtle = await besides(doors, () => runHome(doors, options));
    const found = withTurtle.result;
    await sleep(turtleMs + 500);
    const ratePerSecond = found.calls.length / seconds;
    const without = await besides(doors, async () => {
      const callers = startCallers({
        doors,
        recommender: 'same',
        ratePerSecond,
        users: options.users,
        prefix: 'same-',
      });
      await sleep(seconds * 1_000);
      await callers.stop();
      return callers.calls;
    });
    const computed = await lateComputed(scene);
    const outcomes = Object.entries(found.outcomes).map(([outcome, count]) => `${count} ${outcome}`);
    say('| who | answers | p50 ms | p95 ms | p99 ms | most ms |\n| --- | --- | --- | --- | --- | --- |');
    const row = (who: string, sorted: Float64Array): void => say(`| ${who} | ${sorted.length} | ${spread(sorted)} |`);
    row(`${options.users} users, with the turtle`, found.tookMs);
    row('of these, those that waited for it', found.tookLateMs);
    row('the same rate without it', Float64Array.from(without.result, tookMs).sort());
    row('bystanders, nobody else there', idle.tookMs);
    row('bystanders, beside those with the turtle', withTurtle.tookMs);
    row('bystanders, beside the same rate without it', without.tookMs);
    say(
      `\nthe turtle with its ${turtleShare * 100} % of the weight: ${outcomes.join(', ')} (${ratePerSecond.toFixed(0)} answers/s)`,
    );
    say(
      `${computed} late partials came; ${found.usersWithLatePartial} of ${options.users} users saw one, marked, in ${found.answersWithLatePartial} answers`,
    );
    return faultsOf(found);
  } finally {
    await doors.close();
    await scene.stop();
  }
};
