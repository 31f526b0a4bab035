import { expect, test } from '@jest/globals';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { toQuestion } from './question.ts';

const request = (more: Partial<ScoringRequest>): ScoringRequest => ({
  id: '0'.repeat(32),
  recommender: 'home',
  subject: { kind: 'user', id: '1' },
  k: 10,
  profile: { items: ['a', 'b'], weights: [1, 1], atMs: [2, 1] },
  dropProfile: true,
  seen: ['c'],
  include: [],
  explain: true,
  deadlineAtMs: 0,
  remainingMs: 0,
  round: 0,
  mask: 1,
  topN: 10,
  planVersion: 1,
  skipped: {},
  ...more,
});

test.each<[string, Partial<ScoringRequest>, readonly string[]]>([
  ['what was seen', {}, ['c', 'a', 'b']],
  ['no profile where the recommender does not exclude what was seen', { dropProfile: false }, ['c']],
  ['nothing the caller insists on', { include: ['b', 'c'] }, ['a']],
])('a scorer is told to drop %s', (_, more, drop) => {
  expect([...toQuestion(request(more), 5).drop]).toEqual(drop);
});

test('a scorer is told the moment of the request and never meets a missing context', () => {
  expect(toQuestion(request({}), 5)).toMatchObject({ nowMs: 5, context: {}, topN: 10 });
  expect(toQuestion(request({ context: { screen: 14 } }), 5).context).toEqual({ screen: 14 });
});
