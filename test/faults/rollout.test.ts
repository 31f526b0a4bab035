import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { watchConsumers } from '../support/broker-amqp.ts';
import { until } from '../support/until.ts';
import type { Call } from './callers.ts';
import { wasOpen } from './drill-report.ts';
import type { RoleProcess } from './role-process.ts';
import { mainThread, watchStarvation } from './starvation.ts';
import { startSteadyLoad } from './steady-load.ts';
import { startWorld, type World } from './world.ts';

/**
 * Scorers of one process each, replaced one after another under load as a rollout does it: the next process takes work,
 * then the last one is told to end, so that for a moment there are two, and at no moment none.
 */
/** Long, so that a machine whose other work holds everything up for a while makes no faults. */
const deadlineMs = 2_500;
const rollouts = 3;
const criteria = ['red', 'green'];

let world: World;
beforeAll(async () => {
  const scorer = { delayMs: 10, kind: 'sleep' as const, replicas: 1, concurrency: 1 };
  world = await startWorld({
    scorers: Object.fromEntries(criteria.map((criterion) => [criterion, scorer])),
    recommenders: { home: { deadlineMs, criteria: criteria.map((criterion) => ({ criterion, weight: 1 })) } },
    journal: true,
  });
}, 120_000);
afterAll(() => world.stop(), 60_000);

const told = ({ verdict, note, startedMs, endedMs }: Call): string =>
  `${verdict} after ${Math.round(endedMs - startedMs)} ms: ${note ?? ''}`;

test('scorers of one process each are replaced, and no call fails, is answered in part or from a fallback', async () => {
  const load = startSteadyLoad(world);
  const starvation = watchStarvation(() => world.pids().map(mainThread));
  const lanes = ['interactive', 'durable'] as const;
  const consumers = await watchConsumers(
    criteria.flatMap((criterion) => lanes.map((lane) => world.names.scorer(criterion, lane, 0))),
  );
  const settle = async (): Promise<void> => {
    const before = load.calls.length;
    await until('calls go on', () => load.calls.length >= before + 20, 30_000);
  };
  await settle();
  for (let round = 0; round < rollouts; round += 1) {
    for (const old of [...world.scorers()]) {
      expect(await world.replaceScorer(old as RoleProcess)).toBe(0);
      await settle();
    }
  }
  await load.end();
  await starvation.stop();
  for (const [queue, counts] of await consumers.stop()) expect([queue, [...counts].sort()]).toEqual([queue, [1, 2]]);
  const failed = new Set<Call['verdict']>(['503', 'none', 'mixed', 'error', 'cut', 'unanswered']);
  expect(load.calls.filter(({ verdict }) => failed.has(verdict)).map(told)).toEqual([]);
  const held = (call: Call): boolean => starvation.windows().some((window) => wasOpen(call, window));
  const fed = load.calls.filter((call) => !held(call));
  expect(fed.length).toBeGreaterThan(0);
  expect(fed.filter((call) => call.verdict !== 'whole').map(told)).toEqual([]);
  const durable = await load.durable.outcome(30_000);
  expect(durable).toMatchObject({ answered: durable.accepted, failed: 0, lost: [], mixed: 0, changed: 0 });
  expect(durable).toMatchObject({ incomplete: 0, scoredTwice: 0 });
  expect(durable.accepted).toBeGreaterThan(0);
}, 120_000);
