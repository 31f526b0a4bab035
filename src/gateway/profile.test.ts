import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { type RecommendationRequest, recommendationRequestSchema } from '../contract/http.ts';
import { limits } from '../contract/limits.ts';
import { createProfileSource, type ProfileStore, sessionProfile, subjectOf } from './profile.ts';

const clock = createFakeClock(1_000);

const setUp = (watched: number, catalogue: readonly string[] = ['7']) => {
  const asked: number[] = [];
  const store: ProfileStore = {
    feedback: {
      async history(_user, limit) {
        asked.push(limit);
        const items = Array.from({ length: Math.min(watched, limit) }, (_, index) => `w${index}`);
        return { items, weights: items.map(() => 1), atMs: items.map((_, index) => 900 - index) };
      },
    },
    items: {
      get: async (ids) => ids.filter((id) => catalogue.includes(id)).map((id) => ({ id })),
      count: async () => catalogue.length,
    },
  };
  return { profiles: createProfileSource(store, clock), asked };
};

const request = (body: object): RecommendationRequest => recommendationRequestSchema.parse(body);
const rules = { excludeSeen: true };

test("a user's history is his profile, newest first, and what the caller excludes is dropped", async () => {
  const resolved = await setUp(3).profiles(request({ user: 17, exclude: ['x'] }), rules);
  expect(resolved).toEqual({
    profile: { items: ['w0', 'w1', 'w2'], weights: [1, 1, 1], atMs: [900, 899, 898] },
    seen: ['x'],
  });
});

test('a user nobody knows has an empty profile', async () => {
  const resolved = await setUp(0).profiles(request({ user: 'new' }), rules);
  expect(resolved).toEqual({ profile: { items: [], weights: [], atMs: [] }, seen: [] });
});

test('what is older than the profile travels as bare ids, as far as a message may carry them', async () => {
  const { profiles, asked } = setUp(100_000);
  const { profile, seen } = await profiles(request({ user: '17', exclude: ['x'] }), rules);
  expect(asked).toEqual([limits.profileItems + limits.seenItems]);
  expect(profile.items).toHaveLength(limits.profileItems);
  expect(seen).toHaveLength(limits.seenItems);
  expect(seen.slice(0, 2)).toEqual(['x', `w${limits.profileItems}`]);
});

test('where seen items may be recommended, older ones need not travel', async () => {
  const { profile, seen } = await setUp(limits.profileItems + 1).profiles(request({ user: '17' }), {
    excludeSeen: false,
  });
  expect(profile.items).toHaveLength(limits.profileItems);
  expect(seen).toEqual([]);
});

test('a session brings its own history, each item once, newest first, without a look at the store', async () => {
  const { profiles, asked } = setUp(3);
  const history = [
    { item: 1, atMs: 10 },
    { item: 2, atMs: 30, weight: 2 },
    { item: 1, atMs: 20 },
  ];
  const resolved = await profiles(request({ session: { history } }), rules);
  expect(resolved.profile).toEqual({ items: ['2', '1'], weights: [2, 1], atMs: [30, 20] });
  expect(asked).toEqual([]);
});

test('session events without a moment count as of now, in the order given', () => {
  const { session } = request({ session: { history: [{ item: 'a' }, { item: 'b' }, { item: 'a', weight: 5 }] } });
  expect(sessionProfile(session?.history ?? [], 500)).toEqual({
    items: ['a', 'b'],
    weights: [1, 1],
    atMs: [500, 500],
  });
});

test('an item is a profile of itself and never recommends itself', async () => {
  const resolved = await setUp(3).profiles(request({ item: '7' }), rules);
  expect(resolved).toEqual({ profile: { items: ['7'], weights: [1], atMs: [1_000] }, seen: ['7'] });
});

test('an item asked about for a user drops what he has seen, unless the recommender shows seen items', async () => {
  const { profiles } = setUp(2);
  expect((await profiles(request({ item: '7', user: '17' }), rules)).seen).toEqual(['7', 'w0', 'w1']);
  expect((await profiles(request({ item: '7', user: '17' }), { excludeSeen: false })).seen).toEqual(['7']);
});

test('an item the catalogue does not have is a problem, unless there is no catalogue at all', async () => {
  await expect(setUp(0).profiles(request({ item: '8' }), rules)).rejects.toMatchObject({
    code: 'unknown-item',
    message: 'There is no item "8" in the catalogue.',
  });
  await expect(setUp(0, []).profiles(request({ item: '8' }), rules)).resolves.toMatchObject({ seen: ['8'] });
});

test.each([
  [{ user: '17' }, { kind: 'user', id: '17' }],
  [
    { item: '7', user: '17' },
    { kind: 'item', id: '7' },
  ],
  [{ session: { id: 's', history: [] } }, { kind: 'session', id: 's' }],
  [{ session: { history: [] } }, { kind: 'session', id: 'request' }],
])('%j is about %j', (body, subject) => {
  expect(subjectOf(request(body), 'request')).toEqual(subject);
});
