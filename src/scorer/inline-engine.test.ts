import { describe, expect, test } from '@jest/globals';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import type { ScoreResult, ScorerDefinition } from '../contract/scoring.ts';
import type { Job, JobResult } from './engine.ts';
import { createInlineEngine } from './inline-engine.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const listed = (item: string): ScoreResult => ({ items: [item], scores: [1], floor: null });

const job = (id: string, deadlineMs = 10_000): Job => ({
  request: {
    subject: { kind: 'user', id },
    profile: { items: [], weights: [], atMs: [] },
    seen: [],
    include: [],
    topN: 5,
  } as unknown as ScoringRequest,
  deadlineMs,
});

const setUp = async (score: (id: string, model: unknown, clock: FakeClock) => ScoreResult | Promise<ScoreResult>) => {
  const clock = createFakeClock();
  const freed: number[] = [];
  const definition: ScorerDefinition = {
    needs: ['facts'],
    load: ({ facts }) => String(facts),
    score: ({ subject }, model) => score(subject.id, model, clock),
  };
  const engine = createInlineEngine({
    definition,
    settings: {},
    concurrency: 2,
    sliceMs: 10,
    serviceLimitMs: 60_000,
    clock,
    onFree: () => freed.push(engine.free()),
  });
  const before = engine.free();
  await engine.load({ facts: new Uint8Array([1]) }, 'v1');
  const results: JobResult[] = [];
  const run = (...jobs: readonly Job[]): Promise<void> => engine.run(jobs, (_, result) => results.push(result));
  return { clock, engine, freed, results, run, before };
};

describe('an inline engine', () => {
  test('has no place free before a model is loaded', async () => {
    const { engine, before } = await setUp(() => null);
    expect([before, engine.free()]).toEqual([0, 2]);
  });

  test('computes no longer than a slice in one turn, then lets sockets have theirs', async () => {
    const { engine, freed, results, run } = await setUp((id, _, clock) => {
      clock.advance(6);
      return listed(id);
    });
    await run(job('1'), job('2'), job('3'), job('4'));
    expect([results.length, engine.free(), freed]).toEqual([2, 0, []]);
    await turn();
    expect([engine.free(), freed]).toEqual([2, [2]]);
    await run(job('3'), job('4'));
    expect(results).toHaveLength(4);
  });

  test('runs promises side by side, as many as it has places', async () => {
    const open: (() => void)[] = [];
    const { engine, results, run } = await setUp(
      (id) => new Promise((resolve) => open.push(() => resolve(listed(id)))),
    );
    const runs = [run(job('1')), run(job('2'))];
    expect([engine.free(), open.length]).toEqual([0, 2]);
    for (const end of open.splice(0)) end();
    await Promise.all(runs);
    expect([engine.free(), results.length]).toEqual([2, 2]);
  });

  test('switches models between requests: what was begun keeps the one it was begun with', async () => {
    const open: (() => void)[] = [];
    const { engine, results, run } = await setUp(
      (_, model) => new Promise((resolve) => open.push(() => resolve(listed(`by ${model}`)))),
    );
    const first = run(job('1'));
    await engine.load({ facts: new Uint8Array([2]) }, 'v2');
    const second = run(job('2'));
    for (const end of open) end();
    await Promise.all([first, second]);
    expect(results.map(({ model, judgement }) => [model, JSON.parse(judgement.json).items[0]])).toEqual([
      ['v1', 'by 1'],
      ['v2', 'by 2'],
    ]);
  });

  test('keeps the model in use when another cannot be loaded', async () => {
    const { engine, results, run } = await setUp((_, model) => listed(`by ${model}`));
    const noBytes = {
      facts: {
        toString: () => {
          throw new Error('no facts');
        },
      } as unknown as Uint8Array,
    };
    await expect(engine.load(noBytes, 'v2')).rejects.toThrow('no facts');
    await run(job('1'));
    expect(results).toMatchObject([{ model: 'v1' }]);
  });

  test('leaves out what is past its deadline at its turn', async () => {
    const { results, run } = await setUp((id, _, clock) => {
      clock.advance(6);
      return listed(id);
    });
    await run(job('1'), job('2', 5), job('3'));
    expect(results.map(({ judgement }) => JSON.parse(judgement.json).items)).toEqual([['1'], ['3']]);
  });
});
