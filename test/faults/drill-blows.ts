import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, startCallers } from './callers.ts';
import { findCapacity } from './capacity.ts';
import { createDoors } from './doors.ts';
import {
  type Blow,
  isFallback,
  isNear,
  reasonsOf,
  renderDurable,
  renderTallies,
  type Tally,
  tally,
  untilWholeMs,
  wasOpen,
} from './drill-report.ts';
import { type DurableOutcome, startDurableCallers } from './durable-callers.ts';
import type { RoleProcess } from './role-process.ts';
import { mainThread, threadsOf, watchStarvation } from './starvation.ts';
import { startWorld, type World } from './world.ts';

/** Kills, stops or restarts one role again and again under load, and tables what callers got. */
export interface BlowsOptions {
  role: 'scorer' | 'aggregator' | 'gateway';
  /** `kill`: SIGKILL; `stop`: SIGSTOP, SIGCONT after a while; `restart`: SIGTERM, a rollout. */
  how: 'kill' | 'stop' | 'restart';
  /** How long it stays stopped, ms. */
  stoppedMs: number;
  times: number;
  /** Load as a share of the capacity found. */
  share: number;
  /** Callers a second; null: found by a ramp. */
  capacity: number | null;
  /** What each request costs each scorer, ms. Scorers that wait leave the machine to the others: they are the bottleneck. */
  serviceMs: number;
  amqpUrl: string;
  /** The broker's process on this machine; null: not known. */
  brokerPid: number | null;
  random(): number;
  say(line: string): void;
}

interface Parts {
  near: Tally;
  elsewhere: Tally;
}

export interface BlowsResult {
  /** Every call, by whether a blow was near. */
  all: Parts;
  /** Without those open while the machine kept some process of the drill waiting. */
  fed: Parts;
  /** Fallbacks with no blow near, of `fed`. */
  straysFed: number;
  durable: DurableOutcome;
  /** What must hold and did not, as sentences. */
  faults: readonly string[];
}

const deadlineMs = 300;
const durablePerSecond = 10;
const durablePatienceMs = 60_000;

const startBlowsWorld = ({ amqpUrl, serviceMs }: BlowsOptions): Promise<World> => {
  const scorer = { delayMs: serviceMs, kind: 'sleep' as const, replicas: 2, concurrency: 1 };
  return startWorld({
    scorers: { red: scorer, green: scorer, blue: scorer },
    recommenders: {
      home: { deadlineMs, criteria: ['red', 'green', 'blue'].map((criterion) => ({ criterion, weight: 1 })) },
    },
    amqpUrl,
    journal: true,
  });
};

const strike = async (world: World, { how, stoppedMs }: BlowsOptions, target: RoleProcess): Promise<void> => {
  if (how === 'kill') {
    target.signal('SIGKILL');
    await target.ready();
  } else if (how === 'stop') {
    target.signal('SIGSTOP');
    await sleep(stoppedMs);
    target.signal('SIGCONT');
    await target.ready();
  } else if (target.role === 'scorer') {
    await world.replaceScorer(target);
  } else {
    const code = await target.terminate({ startAgain: true });
    if (code !== 0) throw new Error(`${target.name} ended with ${code}`);
    await target.ready();
  }
};

const targetsOf = (world: World, role: BlowsOptions['role']): readonly RoleProcess[] =>
  ({ scorer: world.scorers(), aggregator: world.aggregators, gateway: world.gateways })[role];

const strikeAll = async (world: World, options: BlowsOptions): Promise<Blow[]> => {
  const { role, how, times, random, say } = options;
  const blows: Blow[] = [];
  for (let count = 0; count < times; count += 1) {
    await sleep(1_500 + 2_000 * random());
    const targets = targetsOf(world, role);
    const at = Math.floor(random() * targets.length);
    const target = targets[at] as RoleProcess;
    const atMs = performance.now();
    await strike(world, options, target);
    const backMs = performance.now();
    // A clean restart excuses nothing: callers of that gateway count like all others.
    const door = role === 'gateway' && how !== 'restart' ? at : null;
    blows.push({ role, name: target.name, door, atMs, backMs });
    say(`${how} ${count + 1} of ${times}: ${target.name}, back after ${Math.round(backMs - atMs)} ms`);
  }
  await sleep(1_500);
  return blows;
};

const durableFaults = ({ lost, failed, failures, mixed, changed }: DurableOutcome): string[] => [
  ...(lost.length === 0 ? [] : [`${lost.length} durable requests were lost`]),
  ...(failed === 0 ? [] : [`${failed} durable requests failed: ${failures[0]}`]),
  ...(mixed + changed === 0 ? [] : ['a durable answer was mixed or changed']),
];

/** What holds of every call, starved or not. */
const unconditionalFaults = ({ verdicts }: Tally): string[] => {
  const { mixed, error, cut, unanswered, none } = verdicts;
  const without = error + cut + unanswered + none;
  return [
    ...(mixed === 0 ? [] : [`${mixed} mixed answers`]),
    ...(without === 0 ? [] : [`${without} calls without an answer`]),
  ];
};

const faultsOf = (result: Omit<BlowsResult, 'faults'>, { how, role }: BlowsOptions): string[] => {
  const { durable, all, fed, straysFed } = result;
  const faults = [...durableFaults(durable), ...unconditionalFaults(all.near), ...unconditionalFaults(all.elsewhere)];
  for (const { late, mostLateMs } of [fed.near, fed.elsewhere])
    if (late > 0) faults.push(`${late} answers late, by at most ${Math.round(mostLateMs)} ms`);
  const { verdicts } = fed.near;
  const fallbacks = verdicts['last-good'] + verdicts.popular;
  if (fallbacks > 0 && (how === 'restart' || role !== 'aggregator')) faults.push(`${fallbacks} fallbacks near a blow`);
  if (how === 'restart' && verdicts.partial > 0) faults.push(`${verdicts.partial} partial answers near a restart`);
  if (straysFed > 0) faults.push(`${straysFed} fallbacks away from any blow`);
  return faults;
};

/** Runs one drill from an empty world to its tables. */
export const runBlows = async (options: BlowsOptions): Promise<BlowsResult> => {
  const { say, share } = options;
  const world = await startBlowsWorld(options);
  const doors = createDoors(world.gateways.map(({ base }) => base));
  try {
    const capacity =
      options.capacity ?? (await findCapacity({ doors, deadlineMs, firstPerSecond: 60, stepMs: 2_500, say }));
    if (capacity === 0) throw new Error('even the first step of the ramp did not hold: the machine is too busy');
    const ratePerSecond = capacity * share;
    say(`capacity ${capacity.toFixed(0)}/s; load ${ratePerSecond.toFixed(0)}/s and ${durablePerSecond}/s durable`);
    const durableCallers = startDurableCallers({
      ...{ doors, store: world.store, ratePerSecond: durablePerSecond, scored: world.scored },
    });
    const callers = startCallers({ doors, ratePerSecond, users: 1_000 });
    await sleep(3_000);
    const broker = options.brokerPid === null ? [] : await threadsOf(options.brokerPid);
    const starvation = watchStarvation(() => [...broker, ...[process.pid, ...world.pids()].map(mainThread)]);
    const fromMs = performance.now();
    const blows = await strikeAll(world, options);
    await Promise.all([callers.stop(), durableCallers.stop()]);
    const durable = await durableCallers.outcome(durablePatienceMs);

    await starvation.stop();
    const calls = callers.calls.filter(({ startedMs }) => startedMs >= fromMs);
    const starved = new Set(calls.filter((call) => starvation.windows().some((one) => wasOpen(call, one))));
    const fed = calls.filter((call) => !starved.has(call));
    const isTouched = (call: Call): boolean =>
      isNear(call, blows) || blows.some(({ atMs, backMs }) => wasOpen(call, { fromMs: atMs, toMs: backMs }));
    const parts = (some: readonly Call[]) => ({
      near: tally(some.filter(isTouched), blows, deadlineMs),
      elsewhere: tally(
        some.filter((call) => !isTouched(call)),
        blows,
        deadlineMs,
      ),
    });
    const strays = (some: readonly Call[]): number =>
      some.filter((call) => isFallback(call) && !isNear(call, blows)).length;
    const all = parts(calls);
    const starvedTally = tally([...starved], blows, deadlineMs);
    const healed = [...untilWholeMs(calls, blows, deadlineMs)].sort((one, other) => one - other);
    const result = { all, fed: parts(fed), straysFed: strays(fed), durable };
    const faults = faultsOf(result, options);
    say('');
    say(
      renderTallies({
        'while one was away, or 1 s': all.near,
        otherwise: all.elsewhere,
        'of all these, while the machine starved us': starvedTally,
      }),
    );
    say('');
    say(renderDurable(durable));
    say('');
    say(
      `whole again after ${Math.round(healed[healed.length >> 1] ?? 0)} ms (median), ${Math.round(healed.at(-1) ?? 0)} ms (most); ` +
        `${strays(calls)} fallbacks not within 1 s of a blow, ${result.straysFed} of them while nothing starved us`,
    );
    for (const reason of reasonsOf(calls)) say(reason);
    for (const fault of faults) say(`does not hold: ${fault}`);
    return { ...result, faults };
  } catch (error) {
    say(await world.logs());
    throw error;
  } finally {
    await doors.close();
    await world.stop();
  }
};
