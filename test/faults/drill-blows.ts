import { setTimeout as sleep } from 'node:timers/promises';
import { startCallers } from './callers.ts';
import { findCapacity } from './capacity.ts';
import { createDoors } from './doors.ts';
import { type Blow, isFallback, isNear, renderDurable, renderTallies, tally, untilWholeMs } from './drill-report.ts';
import { type DurableOutcome, startDurableCallers } from './durable-callers.ts';
import type { RoleProcess } from './role-process.ts';
import { startWorld, type World } from './world.ts';

/** Kills, stops or restarts one role again and again under load, and tables what callers got. */
export interface BlowsOptions {
  role: 'scorer' | 'aggregator' | 'gateway';
  /** `kill`: SIGKILL; `stop`: SIGSTOP, SIGCONT after a while; `restart`: SIGTERM, a rollout. */
  how: 'kill' | 'stop' | 'restart';
  times: number;
  /** Load as a share of the capacity found. */
  share: number;
  /** Callers a second; null: found by a ramp. */
  capacity: number | null;
  amqpUrl: string;
  random(): number;
  say(line: string): void;
}

export interface BlowsResult {
  tallies: Readonly<Record<'near' | 'elsewhere', ReturnType<typeof tally>>>;
  fallbacksElsewhere: number;
  durable: DurableOutcome;
  /** What must hold and did not, as sentences. */
  faults: readonly string[];
}

export const deadlineMs = 300;
const stoppedForMs = 5_000;
const durablePerSecond = 10;
const durablePatienceMs = 60_000;
const serviceMs = 5;

export const startBlowsWorld = (amqpUrl: string): Promise<World> => {
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

const strike = async (world: World, how: BlowsOptions['how'], target: RoleProcess): Promise<void> => {
  if (how === 'kill') {
    target.signal('SIGKILL');
    await target.ready();
  } else if (how === 'stop') {
    target.signal('SIGSTOP');
    await sleep(stoppedForMs);
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
    await strike(world, how, target);
    const backMs = performance.now();
    blows.push({ role, name: target.name, door: role === 'gateway' ? at : null, atMs, backMs });
    say(`${how} ${count + 1} of ${times}: ${target.name}, back after ${Math.round(backMs - atMs)} ms`);
  }
  await sleep(1_500);
  return blows;
};

const faultsOf = (result: Omit<BlowsResult, 'faults'>, { how, role }: BlowsOptions): string[] => {
  const { durable, tallies, fallbacksElsewhere } = result;
  const faults: string[] = [];
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) faults.push(sentence);
  };
  must(durable.lost.length === 0, `${durable.lost.length} durable requests were lost`);
  must(durable.failed === 0, `${durable.failed} durable requests failed: ${durable.failures[0]}`);
  must(durable.mixed + durable.changed === 0, 'a durable answer was mixed or changed');
  for (const [where, one] of Object.entries(tallies)) {
    const { mixed, error, cut, unanswered, none } = one.verdicts;
    must(mixed === 0, `${mixed} mixed answers ${where}`);
    must(error + cut + unanswered + none === 0, `${error + cut + unanswered + none} calls without an answer ${where}`);
    must(one.late === 0, `${one.late} answers late ${where}, by at most ${Math.round(one.mostLateMs)} ms`);
  }
  if (how === 'restart' || role !== 'aggregator') {
    const { verdicts } = tallies.near;
    must(verdicts['last-good'] + verdicts.popular === 0, 'fallbacks near a blow that was no aggregator killed');
  }
  if (how === 'restart')
    must(tallies.near.verdicts.partial === 0, `${tallies.near.verdicts.partial} partial answers near a restart`);
  must(fallbacksElsewhere === 0, `${fallbacksElsewhere} fallbacks away from any blow`);
  return faults;
};

/** Runs one drill from an empty world to its tables. */
export const runBlows = async (options: BlowsOptions): Promise<BlowsResult> => {
  const { say, share } = options;
  const world = await startBlowsWorld(options.amqpUrl);
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
    const fromMs = performance.now();
    const blows = await strikeAll(world, options);
    await Promise.all([callers.stop(), durableCallers.stop()]);
    const durable = await durableCallers.outcome(durablePatienceMs);

    const calls = callers.calls.filter(({ startedMs }) => startedMs >= fromMs);
    const isTouched = (call: (typeof calls)[number]): boolean =>
      isNear(call, blows) || blows.some(({ atMs, backMs }) => call.startedMs <= backMs && call.endedMs >= atMs);
    const near = calls.filter(isTouched);
    const elsewhere = calls.filter((call) => !isTouched(call));
    const tallies = { near: tally(near, blows, deadlineMs), elsewhere: tally(elsewhere, blows, deadlineMs) };
    const fallbacksElsewhere = calls.filter((call) => isFallback(call) && !isNear(call, blows)).length;
    const healed = [...untilWholeMs(calls, blows, deadlineMs)].sort((one, other) => one - other);
    const result = { tallies, fallbacksElsewhere, durable };
    const faults = faultsOf(result, options);
    say('');
    say(renderTallies({ 'while one was away, or 1 s': tallies.near, otherwise: tallies.elsewhere }));
    say('');
    say(renderDurable(durable));
    say('');
    say(
      `whole again after ${Math.round(healed[healed.length >> 1] ?? 0)} ms (median), ${Math.round(healed.at(-1) ?? 0)} ms (most); ` +
        `${fallbacksElsewhere} fallbacks not within 1 s of a blow`,
    );
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
