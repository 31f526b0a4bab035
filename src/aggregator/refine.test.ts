import { describe, expect, test } from '@jest/globals';
import { names, type Scene, startScene, turns } from '../../test/support/aggregator-scene.ts';
import { requestId, samplePartial, samplePlan } from '../../test/support/gathering-samples.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { fuse } from './fuse.ts';
import { candidatesOf } from './refine.ts';

const plan = samplePlan({ genres: 1, history: 1 }, { refine: true });
/** `c` may be better than `b` by what the lists leave open. */
const lists = { genres: { a: 10, b: 6 }, history: { a: 10, c: 5 } };

const sayFirst = (scene: Scene, request: ScoringRequest): void => {
  scene.say('genres', [samplePartial(request, lists.genres, { floor: 6 })]);
  scene.say('history', [samplePartial(request, lists.history, { floor: 5 })]);
};
const secondOf = (request: ScoringRequest) => ({ ...request, round: 1 });

describe('what a second round names', () => {
  const fused = (scores: Readonly<Record<string, number>>) =>
    fuse([{ criterion: 'any', weight: 1, items: Object.keys(scores), scores: Object.values(scores), floor: null }], {
      kind: 'weighted-sum',
      normalise: 'max',
    });
  const list = (...items: string[]) => ({ outcome: 'scored' as const, items });

  test('is the best of the answer so far and of every list in turn, each once, whatever a list weighed', () => {
    const said = [list('b', 'c', 'd'), list('z', 'a', 'y', 'x')];
    expect(candidatesOf(fused({ b: 1, a: 3, c: 0.5 }), said)).toEqual(['a', 'b', 'z', 'c', 'd', 'y', 'x']);
  });

  test('is nothing of a criterion that abstained', () => {
    expect(candidatesOf(fused({ a: 1 }), [{ outcome: 'abstained', items: ['b'] }, list('c')])).toEqual(['a', 'c']);
  });

  test('is at most 150, to which each list adds alike', () => {
    const many = (letter: string) => Array.from({ length: 200 }, (_, place) => `${letter}${place}`);
    const named = candidatesOf(fused({ a0: 2 }), [list(...many('a')), list(...many('b')), list(...many('c'))]);
    expect(named).toHaveLength(150);
    expect(['a', 'b', 'c'].map((letter) => named.filter((id) => id.startsWith(letter)).length)).toEqual([50, 50, 50]);
  });
});

describe('the second round', () => {
  test('asks the criteria to score the union where the top k is not proven, and answers by what they say', async () => {
    const scene = await startScene({ plans: [plan] });
    const request = scene.request({ k: 2 });
    const asked = scene.ask([request]);
    scene.clock.advance(40);
    sayFirst(scene, request);
    await turns();
    expect(scene.sent()).toEqual([]);
    const [batch] = scene.scattered();
    expect(batch).toMatchObject({ lane: 'interactive', replyTo: 'replies', criteria: ['genres', 'history'] });
    expect(batch?.requests).toMatchObject([
      { id: request.id, round: 1, candidates: ['a', 'b', 'c'], remainingMs: 260 },
    ]);
    expect(scene.published(names.exchange.scatter)[0]).toMatchObject({
      routingKey: names.results(0, 'interactive'),
      cc: [names.scorer('genres', 'interactive', 0), names.scorer('history', 'interactive', 0)],
    });
    scene.ask(batch?.requests ?? []);
    scene.clock.advance(30);
    scene.say('genres', [samplePartial(secondOf(request), { a: 10, b: 6, c: 6 })]);
    scene.say('history', [samplePartial(secondOf(request), { a: 10, c: 5, b: 1 })]);
    await turns();
    expect(scene.sent()).toMatchObject([
      { exact: true, complete: true, items: [{ id: 'a' }, { id: 'c' }], timings: { totalMs: 70, slowestMs: 40 } },
    ]);
    expect([asked.verdict, scene.aggregator.openGroups()]).toEqual(['ack', 0]);
  });

  test('that is too slow leaves the first answer, by the deadline', async () => {
    const scene = await startScene({ plans: [plan] });
    const request = scene.request({ k: 2 });
    scene.ask([request]);
    sayFirst(scene, request);
    await turns();
    scene.say('genres', [samplePartial(secondOf(request), { c: 10, a: 1, b: 1 })]);
    await scene.pass(300);
    expect(scene.sent()).toMatchObject([{ exact: false, items: [{ id: 'a' }, { id: 'b' }] }]);
    expect(scene.sent()[0]?.timings.totalMs).toBeCloseTo(300, 0);
  });

  test.each([
    ['the recommender does not ask for it', { refine: false }, {}],
    ['the top k is proven and a second round would rank alike', { refineNormalise: 'max' as const }, { k: 1 }],
    ['candidates were named', {}, { candidates: ['a', 'b', 'c'] }],
  ])('is not begun where %s', async (_, overrides, asked) => {
    const scene = await startScene({ plans: [{ ...plan, ...overrides }] });
    const request = scene.request({ k: 2, ...asked });
    scene.ask([request]);
    sayFirst(scene, request);
    await turns();
    expect([scene.scattered().length, scene.sent().length]).toEqual([0, 1]);
  });

  test('is begun where the top k of the lists is proven, but a second round ranks by another scale', async () => {
    const scene = await startScene({ plans: [plan] });
    const request = scene.request({ k: 1 });
    scene.ask([request]);
    sayFirst(scene, request);
    await turns();
    expect([scene.scattered().length, scene.sent().length]).toEqual([1, 0]);
  });

  test('is not begun where rounds take longer than what is left', async () => {
    const scene = await startScene({ plans: [plan] });
    const request = scene.request({ k: 2 });
    scene.ask([request]);
    scene.clock.advance(160);
    sayFirst(scene, request);
    await turns();
    expect([scene.scattered().length, scene.sent().length]).toEqual([0, 1]);
  });

  test('is not begun at the deadline, nor where a criterion is missing', async () => {
    const scene = await startScene({ plans: [plan] });
    const request = scene.request({ id: requestId(5), k: 2 });
    scene.ask([request]);
    scene.say('genres', [samplePartial(request, lists.genres, { floor: 6 })]);
    await scene.pass(300);
    expect([scene.scattered().length, scene.sent().length]).toEqual([0, 1]);
  });
});
