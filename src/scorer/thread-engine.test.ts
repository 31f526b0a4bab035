import { afterEach, describe, expect, test } from '@jest/globals';
import { until } from '../../test/support/until.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { systemClock } from '../runtime/clock.ts';
import { silentLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import type { Engine, Job, JobResult } from './engine.ts';
import type { Judgement } from './judgement.ts';
import { createThreadEngine, type ThreadEngineOptions } from './thread-engine.ts';

const engines: Engine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});

const setUp = async (definition: string, options: Partial<ThreadEngineOptions> = {}) => {
  const metrics = createMetrics({ processMetrics: false });
  const engine = await createThreadEngine({
    module: {
      url: new URL('../../test/support/thread-scorers.ts', import.meta.url).href,
      export: definition,
      args: [],
    },
    settings: { tone: 'dry' },
    concurrency: 1,
    sliceMs: 10,
    flushMs: 5,
    serviceLimitMs: 60_000,
    criterion: 'genres',
    clock: systemClock,
    log: silentLog,
    metrics,
    onFree: () => {},
    ...options,
  });
  engines.push(engine);
  return { engine, metrics };
};

const job = (id: string, context: Record<string, unknown> = {}, remainingMs = 60_000): Job => ({
  request: {
    id: '0'.repeat(32),
    recommender: 'home',
    subject: { kind: 'user', id },
    k: 1,
    profile: { items: [], weights: [], atMs: [] },
    dropProfile: false,
    seen: [],
    include: [],
    explain: false,
    deadlineAtMs: 0,
    remainingMs: 0,
    round: 0,
    mask: 1,
    topN: 10,
    planVersion: 1,
    skipped: {},
    context: context as ScoringRequest['context'],
  },
  deadlineMs: systemClock.monotonicMs() + remainingMs,
});

type Told = Omit<JobResult, 'judgement'> & { judgement: Judgement };

const run = async (engine: Engine, jobs: readonly Job[]): Promise<(Told | null)[]> => {
  const results = new Map<Job, Told>();
  await engine.run(jobs, (one, result) => {
    results.set(one, { ...result, judgement: JSON.parse(result.judgement.json) as Judgement });
  });
  return jobs.map((one) => results.get(one) ?? null);
};

const outcomes = (results: readonly (Told | null)[]) =>
  results.map((result) =>
    result === null ? 'not begun' : `${result.judgement.outcome} ${result.judgement.items[0] ?? ''}`,
  );

describe('a thread engine', () => {
  test('leaves the event loop alone while a scorer computes for two seconds', async () => {
    const { engine } = await setUp('createObedient');
    await engine.load({}, null);
    let longestMs = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 10);
    const [result] = await run(engine, [job('1', { burnMs: 2_000 })]);
    clearInterval(timer);
    expect(result?.serviceMs).toBeGreaterThanOrEqual(2_000);
    expect(longestMs).toBeLessThan(1_000);
  });

  test('tells when each request was begun, on the clock of the host', async () => {
    const { engine } = await setUp('createObedient', { sliceMs: 1_000 });
    await engine.load({}, 'v1');
    const beforeMs = systemClock.monotonicMs();
    const [first, second] = await run(engine, [job('1', { burnMs: 30 }), job('2')]);
    const begun = [first?.begunAtMs ?? 0, second?.begunAtMs ?? 0];
    expect(begun[0]).toBeGreaterThanOrEqual(beforeMs);
    expect(begun[1]).toBeLessThanOrEqual(systemClock.monotonicMs());
    expect((begun[1] as number) - (begun[0] as number)).toBeGreaterThanOrEqual(30);
    expect(first).toMatchObject({ judgement: { outcome: 'scored', items: ['1'] }, model: 'v1' });
  });

  test('ends a slice when its time is over and begins none whose deadline passed meanwhile', async () => {
    // The first burns well under a slice, the third over one, however held up the machine may be.
    const { engine } = await setUp('createObedient', { sliceMs: 600 });
    await engine.load({}, null);
    const jobs = [job('1', { burnMs: 30 }), job('2', {}, 20), job('3', { burnMs: 700 }), job('4')];
    expect(outcomes(await run(engine, jobs))).toEqual(['scored 1', 'not begun', 'scored 3', 'not begun']);
  });

  test.each([
    ['ends itself', { act: 'exit' }, /^the scoring thread died: exit code 3$/, 'died'],
    ['hangs', { act: 'hang' }, /^did not finish within 300 ms$/, 'hung'],
  ])(
    'says failed of a request that %s, gives its neighbours back and replaces the thread',
    async (_, context, detail, reason) => {
      const { engine, metrics } = await setUp('createObedient', { serviceLimitMs: 300, sliceMs: 1_000 });
      await engine.load({}, null);
      const results = await run(engine, [job('1'), job('2', context), job('3', { burnMs: 50 })]);
      const guilty = results.find((result) => result?.judgement.outcome === 'failed');
      expect(guilty?.judgement.detail).toMatch(detail);
      expect(results[2]).toBeNull();
      await until('the thread is replaced', () => engine.free() === 1);
      expect(outcomes(await run(engine, [job('4')]))).toEqual(['scored 4']);
      expect(await metrics.text()).toContain(
        `medley_scorer_threads_replaced_total{criterion="genres",reason="${reason}"} 1`,
      );
    },
  );

  test('says failed of a throw and lives on', async () => {
    const { engine } = await setUp('createObedient', { sliceMs: 1_000 });
    await engine.load({}, null);
    const results = await run(engine, [job('1', { act: 'throw' }), job('2')]);
    expect(results[0]?.judgement).toMatchObject({ outcome: 'failed', detail: 'thrown in a thread' });
    expect(results[1]?.judgement.outcome).toBe('scored');
  });

  test('tells a scorer that waits when its deadline has come, and takes what it says then', async () => {
    const { engine } = await setUp('createWaiter');
    await engine.load({}, null);
    expect(outcomes(await run(engine, [job('1', {}, 50)]))).toEqual(['scored told to give up']);
  });

  test('hands threads one shared copy of the model, and the settings', async () => {
    const { engine } = await setUp('createModelled', { concurrency: 2 });
    expect(engine.needs).toEqual(['facts']);
    expect(engine.free()).toBe(0);
    await engine.load({ facts: Buffer.from('v1') }, '1');
    expect(engine.free()).toBe(2);
    expect(outcomes(await run(engine, [job('1')]))).toEqual(['scored v1, shared, dry']);
  });

  test('swaps a model without a pause: the old one answers while the new one loads', async () => {
    const { engine } = await setUp('createModelled');
    await engine.load({ facts: Buffer.from('v1') }, '1');
    let swapped = false;
    const swapping = engine.load({ facts: Buffer.from('slow v2') }, '2').then(() => {
      swapped = true;
    });
    let answeredByOld = 0;
    while (!swapped) {
      const [result] = await run(engine, [job('1')]);
      expect(result).not.toBeNull();
      if (result?.model === '1') answeredByOld += 1;
    }
    await swapping;
    expect(answeredByOld).toBeGreaterThan(10);
    expect(outcomes(await run(engine, [job('1')]))).toEqual(['scored slow v2, shared, dry']);
  });

  test('keeps the model in use when the new one cannot be loaded', async () => {
    const { engine } = await setUp('createModelled');
    await engine.load({ facts: Buffer.from('v1') }, '1');
    await expect(engine.load({ facts: Buffer.from('bad') }, '2')).rejects.toThrow('these are no facts');
    expect(engine.fault()).toBeNull();
    expect((await run(engine, [job('1')]))[0]).toMatchObject({ model: '1', judgement: { outcome: 'scored' } });
  });

  test.each([
    ['createNothing', /exports no function createNothing/],
    ['notADefinition', /did not return/],
  ])('refuses a module whose %s makes no definition', async (name, message) => {
    const url = `data:text/javascript,export const notADefinition = () => ({ score() {} });`;
    await expect(setUp('', { module: { url, export: name, args: [] } })).rejects.toThrow(message);
  });
});
