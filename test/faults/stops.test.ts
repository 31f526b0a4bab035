import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import type { Call } from './callers.ts';
import { isFallback } from './drill-report.ts';
import type { RoleProcess } from './role-process.ts';
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts';
import { startWorld, type World } from './world.ts';

/**
 * Roles stopped (SIGSTOP) and restarted (SIGTERM) under a light load on both lanes.
 *
 * The deadline is long, so that on a machine whose other work holds everything up for a while only what was really lost
 * shows; how fast it all is, is for the drill to say.
 */
const deadlineMs = 2_500;
const graceMs = 3_000;
const patienceMs = 60_000;

let world: World;
let load: SteadyLoad;

const whole = (): number => load.calls.filter(({ verdict }) => verdict === 'whole').length;
const settle = async (): Promise<void> => {
  const before = whole();
  await until('whole answers keep coming', () => whole() >= before + 20, patienceMs);
};
const verdicts = (calls: readonly Call[]): string[] => [...new Set(calls.map(({ verdict, note }) => note ?? verdict))];
const wereOpen = (fromMs: number, toMs: number): readonly Call[] =>
  load.calls.filter(({ startedMs, endedMs }) => startedMs <= toMs && endedMs >= fromMs);
const startedIn = (fromMs: number, toMs: number): readonly Call[] =>
  load.calls.filter(({ startedMs }) => startedMs >= fromMs && startedMs <= toMs);

const expectAllAnsweredInTime = (): void => {
  const answered = ['whole', 'partial', 'last-good', 'popular'];
  expect(load.calls.filter(({ verdict }) => !answered.includes(verdict))).toEqual([]);
  expect(load.calls.filter(({ startedMs, endedMs }) => endedMs - startedMs > deadlineMs + graceMs)).toEqual([]);
};
const expectNothingLost = async (): Promise<void> => {
  const outcome = await load.durable.outcome(patienceMs);
  expect(outcome.accepted).toBeGreaterThan(0);
  expect(outcome).toMatchObject({ answered: outcome.accepted, failed: 0, lost: [], mixed: 0, changed: 0 });
};

beforeAll(async () => {
  const scorer = { delayMs: 2, kind: 'sleep' as const, replicas: 2, concurrency: 1 };
  world = await startWorld({
    scorers: { red: scorer, green: scorer },
    recommenders: { home: { deadlineMs, criteria: ['red', 'green'].map((criterion) => ({ criterion, weight: 1 })) } },
  });
}, 120_000);
afterEach(() => load.end());
afterAll(() => world.stop(), 120_000);

describe('a role stopped with SIGSTOP', () => {
  test('an aggregator: its callers are answered in time, gateways turn to the other, accepted work is not lost', async () => {
    load = startSteadyLoad(world);
    await settle();
    const stopped = world.aggregators[0] as RoleProcess;
    const atMs = performance.now();
    stopped.signal('SIGSTOP');
    await sleep(4_000);
    const goesOnMs = performance.now();
    stopped.signal('SIGCONT');
    await settle();
    await load.end();
    expectAllAnsweredInTime();
    expect(verdicts(startedIn(atMs + graceMs, goesOnMs))).toEqual(['whole']);
    expect(load.calls.filter(isFallback).filter((call) => !wereOpen(atMs, atMs + graceMs).includes(call))).toEqual([]);
    await expectNothingLost();
  }, 120_000);

  test('a scorer of two: nobody falls back, and what it holds is answered when it goes on', async () => {
    load = startSteadyLoad(world);
    await settle();
    const stopped = world.scorers()[0] as RoleProcess;
    stopped.signal('SIGSTOP');
    await sleep(3_000);
    stopped.signal('SIGCONT');
    await settle();
    await load.end();
    expectAllAnsweredInTime();
    expect(load.calls.filter(isFallback)).toEqual([]);
    await expectNothingLost();
  }, 120_000);
});

describe('a clean restart loses nothing and degrades nothing', () => {
  const expectAllWhole = async (): Promise<void> => {
    await settle();
    await load.end();
    expect(verdicts(load.calls)).toEqual(['whole']);
    await expectNothingLost();
  };

  test('of an aggregator', async () => {
    load = startSteadyLoad(world);
    await settle();
    expect(await (world.aggregators[1] as RoleProcess).terminate({ startAgain: true })).toBe(0);
    await world.aggregators[1]?.ready();
    await expectAllWhole();
  }, 120_000);

  test('of a scorer', async () => {
    load = startSteadyLoad(world);
    await settle();
    expect(await world.replaceScorer(world.scorers()[0] as RoleProcess)).toBe(0);
    await expectAllWhole();
  }, 120_000);

  test('of a gateway', async () => {
    load = startSteadyLoad(world);
    await settle();
    expect(await (world.gateways[0] as RoleProcess).terminate({ startAgain: true })).toBe(0);
    await world.gateways[0]?.ready();
    await expectAllWhole();
  }, 120_000);
});
