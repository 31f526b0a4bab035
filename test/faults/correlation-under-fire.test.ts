import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import type { Answer, AnswerBatch } from '../../src/contract/answer.ts';
import { subjectKey } from '../../src/contract/primitives.ts';
import type { ScoringRequest } from '../../src/contract/request-batch.ts';
import { names, type Scene, startScene, turns } from '../support/aggregator-scene.ts';
import { requestId, samplePartial, samplePlan } from '../support/gathering-samples.ts';

/**
 * A hundred thousand interleaved requests through the aggregator's own code, decoding and all, with duplicates, late,
 * foreign, unknown and overtaking partials in between. Every item's name says whose it is.
 */
const criteria = ['freshness', 'genres', 'history'];
const requests = Number(process.env.MEDLEY_FIRE_REQUESTS ?? 100_000);
const perRound = 100;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapAfterCollection = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

/** Small and fast, with one seed: a failure can be played again (Mulberry32). */
const createChance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const markOf = (number: number, criterion: string): string => `${number}-${criterion}`;
const shuffled = <T>(list: readonly T[], chance: () => number): T[] =>
  list
    .map((value) => ({ value, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

interface Round {
  /** In any order. */
  acts: (() => void)[];
  /** After the deadline. */
  tooLate: (() => void)[];
}

/** What one criterion says of one request: in time or too late, perhaps twice, with noise around it. True: in time. */
const addPartials = (
  scene: Scene,
  request: ScoringRequest,
  criterion: string,
  to: Round & { chance(): number },
): boolean => {
  const { acts, tooLate, chance } = to;
  const number = Number(request.subject.id);
  const partial = samplePartial(request, { [markOf(number, criterion)]: 1 });
  const foreign = { ...partial, items: ['foreign'] };
  const noise = [
    () => scene.say(criterion, [{ ...foreign, subject: subjectKey({ kind: 'session', id: `${number + 1}` }) }]),
    () => scene.say('elsewhere', [foreign]),
    () => scene.say(criterion, [{ ...foreign, round: 1 }]),
    () => scene.say(criterion, [{ ...foreign, id: requestId(1e9 + number) }]),
  ];
  for (const act of noise) if (chance() < 0.12) acts.push(act);
  const say = (): unknown => scene.say(criterion, [partial]);
  if (chance() < 0.15) {
    tooLate.push(say, say);
    return false;
  }
  acts.push(say);
  if (chance() < 0.2) acts.push(say);
  return true;
};

const takeAnswers = (scene: Scene): Answer[] => {
  const batches = scene.published(names.exchange.replies).map(({ body }) => JSON.parse(body.toString()) as AnswerBatch);
  scene.broker.published.length = 0;
  return batches.flatMap((batch) => batch.answers);
};

test(`${requests} interleaved requests under fire: none mixed, none open, no memory kept`, async () => {
  const settings = { maxClosedGroups: 2_000, announceMs: 1e9, maxEarlyPartials: 2_000 };
  const plan = samplePlan(Object.fromEntries(criteria.map((criterion) => [criterion, 1])));
  const scene = await startScene({ plans: [plan], settings });
  const chance = createChance(17);
  const expected = new Map<string, string>();
  let answered = 0;
  let mixed = 0;

  const addRequest = (number: number, to: Round & { chance(): number }): void => {
    const subject = { kind: 'session' as const, id: `${number}` };
    const request = scene.request({ id: requestId(number), subject, mask: 0b111 });
    to.acts.push(() => scene.ask([request], { criteria }));
    const inTime = criteria.filter((criterion) => addPartials(scene, request, criterion, to));
    expected.set(request.id, inTime.map((criterion) => markOf(number, criterion)).join());
  };
  const check = (answer: Answer): void => {
    answered += 1;
    const marks = answer.items.map(({ id }) => id).sort();
    if (marks.join() !== expected.get(answer.requestId)) mixed += 1;
    expected.delete(answer.requestId);
  };
  const playRound = async (first: number): Promise<void> => {
    const round = { acts: [], tooLate: [], chance };
    for (let number = first; number < first + perRound; number += 1) addRequest(number, round);
    for (const act of shuffled<() => void>(round.acts, chance)) act();
    await scene.pass(300);
    for (const act of shuffled<() => void>(round.tooLate, chance)) act();
    await turns(2);
    for (const answer of takeAnswers(scene)) check(answer);
  };

  const warmUp = Math.min(requests / 2, 10_000);
  for (let first = 0; first < warmUp; first += perRound) await playRound(first);
  const heapBefore = heapAfterCollection();
  for (let first = warmUp; first < requests; first += perRound) await playRound(first);
  await scene.pass(60_000);
  const heapAfter = heapAfterCollection();

  expect({ answered, mixed, unanswered: expected.size }).toEqual({ answered: requests, mixed: 0, unanswered: 0 });
  expect(scene.aggregator.openGroups()).toBe(0);
  expect(heapAfter / heapBefore).toBeLessThan(1.05);
}, 600_000);
