import { describe, expect, test } from '@jest/globals';
import type { Partial as ScorerPartial } from '../../contract/partial-batch.ts';
import { echoFaults, listFaults, outcomeFaults, strangersIn } from './judge-partial.ts';

const request = {
  id: 'a'.repeat(32),
  round: 0,
  subject: { kind: 'user', id: '17' },
  deadlineAtMs: 1_000,
  topN: 3,
} as const;

const partial: ScorerPartial = {
  id: request.id,
  round: 0,
  subject: 'user:17',
  deadlineAtMs: 1_000,
  outcome: 'scored',
  items: ['a', 'b'],
  scores: [2, 1],
  floor: null,
  waitMs: 0,
  serviceMs: 1,
};

const expected = { criterion: 'history', lane: 'interactive' } as const;
const reply = (fields: Partial<ScorerPartial> = {}, message: object = {}) => ({
  partial: { ...partial, ...fields },
  ...expected,
  ...message,
});

describe('an echo', () => {
  test('that is right has no fault', () => expect(echoFaults(request, reply(), expected)).toEqual([]));

  test.each([
    ['criterion', reply({}, { criterion: 'genres' }), 'criterion is "genres", the request says "history"'],
    ['lane', reply({}, { lane: 'durable' }), 'lane is "durable", the request says "interactive"'],
    ['round', reply({ round: 1 }), 'round is 1, the request says 0'],
    ['subject', reply({ subject: '17' }), 'subject is "17", the request says "user:17"'],
    ['deadline', reply({ deadlineAtMs: 1_001 }), 'deadlineAtMs is 1001, the request says 1000'],
  ])('of another %s is told with both values', (_, wrong, sentence) => {
    expect(echoFaults(request, wrong, expected)).toEqual([sentence]);
  });
});

describe('an outcome', () => {
  test.each([
    [{}, []],
    [{ outcome: 'abstained', items: [], scores: [] }, []],
    [{ outcome: 'abstained' }, ['it abstained, and lists 2 items']],
    [{ outcome: 'expired' }, ['it says expired, and seconds were left']],
    [{ outcome: 'failed', detail: 'no such part' }, ['it failed: no such part']],
    [{ outcome: 'failed' }, ['it failed: no detail says why']],
  ] as const)('%j has the faults %j', (fields, faults) => {
    expect(outcomeFaults({ ...partial, ...fields } as ScorerPartial)).toEqual(faults);
  });
});

describe('a list', () => {
  test.each([
    ['in order, with ties', { items: ['a', 'b', 'c'], scores: [2, 1, 1] }, []],
    ['that rises', { scores: [1, 2] }, ['item 1 scores 2, more than the one before it (1)']],
    ['with an item twice', { items: ['a', 'a'] }, ['item a is listed twice']],
    [
      'that is too long',
      { items: ['a', 'b', 'c', 'd'], scores: [4, 3, 2, 1] },
      ['4 items are listed, 3 were asked for'],
    ],
    ['that is empty', { items: [], scores: [] }, []],
  ])('%s', (_, fields, faults) => {
    expect(listFaults(request, { ...partial, ...fields })).toEqual(faults);
  });

  test('of named candidates may be as long as these', () => {
    const candidates = ['a', 'b', 'c', 'd'];
    expect(listFaults({ ...request, candidates }, { ...partial, items: candidates, scores: [4, 3, 2, 1] })).toEqual([]);
  });

  test('names its strangers', () => {
    expect(strangersIn(partial, (item) => item === 'a')).toEqual(['b']);
  });
});
