import { describe, expect, test } from '@jest/globals';
import { type RecommendationRequest, recommendationRequestSchema } from './http.ts';

const good: readonly { name: string; body: object; becomes: Partial<RecommendationRequest> }[] = [
  { name: 'a user alone', body: { user: '17' }, becomes: { recommender: 'home', user: '17', explain: true } },
  { name: 'a whole number as id', body: { user: 17, exclude: [1, '2'] }, becomes: { user: '17', exclude: ['1', '2'] } },
  { name: 'an item', body: { item: 1214, recommender: 'more-like-this' }, becomes: { item: '1214' } },
  { name: 'an item for a user', body: { item: '1214', user: '17' }, becomes: { item: '1214', user: '17' } },
  {
    name: 'a session with its history',
    body: { session: { history: [{ item: 260 }] } },
    becomes: { session: { history: [{ item: '260', weight: 1 }] } },
  },
  {
    name: 'an empty history',
    body: { session: { id: 's', history: [] } },
    becomes: { session: { id: 's', history: [] } },
  },
  {
    name: 'a context',
    body: { user: '1', context: { a: [1, { b: null }] } },
    becomes: { context: { a: [1, { b: null }] } },
  },
];

const user = '17';
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
const bad: readonly { name: string; body: unknown; fault: string }[] = [
  { name: 'nothing', body: {}, fault: ': give exactly one of user, session and item (item may come with user)' },
  { name: 'user and session', body: { user, session: { history: [] } }, fault: ': give exactly one of' },
  { name: 'item and session', body: { item: '1', session: { history: [] } }, fault: ': give exactly one of' },
  { name: 'all three', body: { user, item: '1', session: { history: [] } }, fault: ': give exactly one of' },
  { name: 'a list', body: [], fault: ': Invalid input: expected object, received array' },
  { name: 'null', body: null, fault: ': Invalid input: expected object, received null' },
  { name: 'an unknown field', body: { user, limit: 5 }, fault: ': Unrecognized key: "limit"' },
  { name: 'an empty user', body: { user: '' }, fault: 'user: ' },
  { name: 'half a user', body: { user: 1.5 }, fault: 'user: must be text or a whole number' },
  { name: 'a negative user', body: { user: -1 }, fault: 'user: ' },
  { name: 'a user with a line break', body: { user: '1\n2' }, fault: 'user: ' },
  { name: 'a user of 129 characters', body: { user: 'a'.repeat(129) }, fault: 'user: ' },
  {
    name: 'a recommender that is no name',
    body: { user, recommender: 'Home Page' },
    fault: 'recommender: must be lower-case',
  },
  { name: 'k of zero', body: { user, k: 0 }, fault: 'k: Too small: expected number to be >=1' },
  { name: 'k of 201', body: { user, k: 201 }, fault: 'k: Too big: expected number to be <=200' },
  { name: 'k as text', body: { user, k: '10' }, fault: 'k: Invalid input: expected number, received string' },
  { name: 'a deadline of 9 ms', body: { user, deadlineMs: 9 }, fault: 'deadlineMs: Too small' },
  { name: 'a deadline of an hour', body: { user, deadlineMs: 3_600_000 }, fault: 'deadlineMs: Too big' },
  { name: 'a negative weight', body: { user, weights: { genres: -1 } }, fault: 'weights.genres: Too small' },
  {
    name: 'a weight of something unnameable',
    body: { user, weights: { 'My Genres': 1 } },
    fault: 'weights.My Genres: ',
  },
  { name: 'no candidates, but a list', body: { user, candidates: [] }, fault: 'candidates: Too small' },
  { name: 'too many candidates', body: { user, candidates: Array(1_001).fill('1') }, fault: 'candidates: Too big' },
  { name: 'too many to include', body: { user, include: Array(101).fill('1') }, fault: 'include: Too big' },
  { name: 'ids that are objects', body: { user, exclude: [{ id: 1 }] }, fault: 'exclude.0: ' },
  {
    name: 'an unknown filter',
    body: { user, filters: { director: 'Scott' } },
    fault: 'filters: Unrecognized key: "director"',
  },
  { name: 'genres as text', body: { user, filters: { genres: 'Horror' } }, fault: 'filters.genres: must be a list of' },
  { name: 'a year with a half', body: { user, filters: { yearFrom: 1979.5 } }, fault: 'filters.yearFrom: ' },
  { name: 'a session without history', body: { session: { id: 's' } }, fault: 'session.history: ' },
  { name: 'a history of bare ids', body: { session: { history: ['260'] } }, fault: 'session.history.0: ' },
  {
    name: 'a history weight of 11',
    body: { session: { history: [{ item: '1', weight: 11 }] } },
    fault: 'session.history.0.weight: ',
  },
  { name: 'explain as text', body: { user, explain: 'yes' }, fault: 'explain: ' },
  {
    name: 'a context that is a list',
    body: { user, context: [1] },
    fault: 'context: must be an object',
  },
  {
    name: 'a context of 4 KiB and more',
    body: { user, context: { a: 'x'.repeat(4_096) } },
    fault: 'context: must be at most 4096 bytes',
  },
  {
    name: 'a context of 17 levels',
    body: { user, context: { a: deep(16) } },
    fault: 'context: must be at most 4096 bytes',
  },
];

describe('a recommendation request', () => {
  test.each(good)('with $name is taken', ({ body, becomes }) => {
    expect(recommendationRequestSchema.parse(body)).toMatchObject(becomes);
  });

  test.each(bad)('with $name is refused, and says where', ({ body, fault }) => {
    const { error } = recommendationRequestSchema.safeParse(body);
    expect(error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)).toEqual([
      expect.stringContaining(fault),
    ]);
  });

  test('with three faults says all three', () => {
    const { error } = recommendationRequestSchema.safeParse({ user, k: 0, deadlineMs: 1, explain: 2 });
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual(['k', 'deadlineMs', 'explain']);
  });

  test('a context of exactly the bytes and levels allowed is taken', () => {
    const context = { a: 'x'.repeat(4_096 - '{"a":""}'.length) };
    expect(recommendationRequestSchema.safeParse({ user, context }).success).toBe(true);
    expect(recommendationRequestSchema.safeParse({ user, context: { a: deep(15) } }).success).toBe(true);
  });
});
