import { describe, expect, test } from '@jest/globals';
import { film, trainingData, type Watch } from '../../test/support/criteria-data.ts';
import { createViewers } from '../../test/support/viewers.ts';
import { type Cut, cutAtRandom, cutLast, cutUsers, uses, wholeAsTraining } from './cuts.ts';
import { chooseProtocols, foldsOf } from './protocols.ts';
import { createRandom } from './random.ts';
import { shorten, trialOf } from './trial.ts';

const films = Array.from({ length: 12 }, (_, at) => film(String(at + 1)));
/** Ten films by a, in a jumbled order of rows; two of one moment; four by b. */
const watches: Watch[] = [
  ...[3, 1, 2, 5, 4, 7, 6, 8].map((day): Watch => ['a', String(day), 1, day]),
  ['a', '11', 1, 9],
  ['a', '9', 1, 9],
  ...[1, 2, 3, 4].map((day): Watch => ['b', String(day), 1, day]),
];
const data = trainingData(films, watches);
const { events } = data;

const of = (cut: Cut, use: number): string[] =>
  watches.flatMap(([user, item], event) => (cut[event] === use ? [`${user}${item}`] : []));

describe('protocol A', () => {
  const test1 = cutLast({ events, cut: wholeAsTraining(events) });

  test("holds out a user's last fifth by time, then by id, and nothing of one with fewer than five", () => {
    expect(of(test1, uses.heldOut)).toEqual(['a11', 'a9']);
    expect(of(test1, uses.train)).toHaveLength(12);
  });

  test('applied again holds out of what was left, and forgets what was held out before', () => {
    const valid = cutLast({ events, cut: test1 });
    expect(of(valid, uses.heldOut)).toEqual(['a8']);
    expect(of(valid, uses.unused)).toEqual(['a11', 'a9']);
  });

  test('asks at the last known event, with the newest film first, and never for what is known', () => {
    const [one] = trialOf(data, test1).cases;
    expect(one?.profile.items).toEqual(['8', '7', '6', '5', '4', '3', '2', '1']);
    expect(one?.nowMs).toBe(8 * 86_400_000);
    expect([...(one?.relevant ?? [])]).toEqual(['11', '9']);
    expect(trialOf(data, test1).cases).toHaveLength(1);
  });

  test('a history cut short keeps the newest, and the others stay seen', () => {
    const [one] = trialOf(data, test1).cases;
    expect(one && shorten(one, 2, 'newest')).toMatchObject({
      profile: { items: ['8', '7'], weights: [1, 1] },
      seen: ['6', '5', '4', '3', '2', '1'],
    });
  });
});

test('a history cut short at random keeps some of all its films in their order, the same for the same user', () => {
  const [one] = trialOf(data, cutLast({ events, cut: wholeAsTraining(events) })).cases;
  if (one === undefined) throw new RangeError('there is no case');
  const short = shorten(one, 4, 'drawn');
  expect(short).toEqual(shorten(one, 4, 'drawn'));
  expect(short.profile.items).toEqual(one.profile.items.filter((id) => short.profile.items.includes(id)));
  expect(short.profile.items).not.toEqual(one.profile.items.slice(0, 4));
  expect([...short.profile.items, ...short.seen].sort()).toEqual([...one.profile.items].sort());
  expect(short.profile.atMs).toHaveLength(4);
});

test('protocol A-random holds out as many, drawn by the seed', () => {
  const cut = (seed: number) =>
    of(cutAtRandom({ events, cut: wholeAsTraining(events) }, createRandom(seed)), uses.heldOut);
  expect(cut(1)).toHaveLength(2);
  expect(cut(1)).toEqual(cut(1));
  expect(new Set([1, 2, 3, 4, 5].map((seed) => cut(seed).join())).size).toBeGreaterThan(1);
});

describe('folds', () => {
  const viewers = createViewers({ viewers: 30, watches: 50, seed: 2 });
  const eventsOf = (cut: Cut | undefined, use: number) =>
    [...(cut ?? []).keys()].filter((event) => cut?.[event] === use);
  const foldsFor = async (name: 'a' | 'a-random', wanted: { folds: number; fresh: number }) => {
    const [valid] = await chooseProtocols(viewers, { protocols: [name], seed: 1, part: 'valid' });
    if (valid === undefined) throw new RangeError(`there is no protocol ${name}`);
    return { valid, ...foldsOf(viewers, valid, { ...wanted, seed: 1 }) };
  };

  test('at random hold out a tenth each, fresh ones a fifth, never an event twice, and nothing of what is tested on', async () => {
    const { valid, tuned, fresh } = await foldsFor('a-random', { folds: 3, fresh: 2 });
    expect([tuned.cuts.length, fresh.cuts.length]).toEqual([3, 2]);
    const cuts = [...tuned.cuts, ...fresh.cuts];
    for (const cut of cuts) expect(eventsOf(cut, uses.unused)).toEqual(eventsOf(valid.cuts[0], uses.unused));
    const held = cuts.flatMap((cut) => eventsOf(cut, uses.heldOut));
    expect(cuts.map((cut) => eventsOf(cut, uses.heldOut).length / 30)).toEqual([4, 4, 4, 8, 8]);
    expect(new Set(held).size).toBe(held.length);
  });

  test('are as many as there are tenths for, those to tune on first', async () => {
    const { tuned, fresh } = await foldsFor('a-random', { folds: 7, fresh: 2 });
    expect([tuned.cuts.length, fresh.cuts.length]).toEqual([7, 1]);
  });

  test('by time hold out a fifth each, know nothing of what came after it, and are at most three', async () => {
    const { valid, tuned, fresh } = await foldsFor('a', { folds: 5, fresh: 3 });
    expect([tuned.cuts.length, fresh.cuts.length]).toEqual([2, 1]);
    expect(tuned.cuts[0]).toEqual(valid.cuts[0]);
    const { atMs, user } = viewers.events;
    const moments = (cut: Cut, use: number, of: number) =>
      eventsOf(cut, use).flatMap((event) => (user[event] === of ? [atMs[event] as number] : []));
    for (const cut of [...tuned.cuts, ...fresh.cuts]) {
      expect(Math.max(...moments(cut, uses.train, 0))).toBeLessThan(Math.min(...moments(cut, uses.heldOut, 0)));
    }
  });
});

describe('strong generalisation', () => {
  const viewers = createViewers({ viewers: 50, watches: 20, seed: 1 });
  const usersOf = (cut: Cut, use: number) =>
    new Set([...cut.keys()].filter((event) => cut[event] === use).map((event) => viewers.events.user[event]));

  test('trains on nothing of those it asks about, and knows four fifths of their events', () => {
    const cut = cutUsers(viewers.events, 1, 'test');
    const asked = usersOf(cut, uses.heldOut);
    expect(asked.size).toBe(5);
    expect(usersOf(cut, uses.foldIn)).toEqual(asked);
    expect([...asked].filter((user) => usersOf(cut, uses.train).has(user))).toEqual([]);
    expect(usersOf(cut, uses.train).size).toBe(40);
    for (const one of trialOf(viewers, cut).cases) {
      expect(one.profile.items).toHaveLength(16);
      expect([...one.relevant].filter((id) => one.profile.items.includes(id))).toEqual([]);
    }
  });

  test('validates on other users than it tests on, without the trained ones differing', () => {
    const tested = cutUsers(viewers.events, 1, 'test');
    const valid = cutUsers(viewers.events, 1, 'valid');
    expect(usersOf(valid, uses.train)).toEqual(usersOf(tested, uses.train));
    const asked = usersOf(tested, uses.heldOut);
    expect([...usersOf(valid, uses.heldOut)].filter((user) => asked.has(user))).toEqual([]);
  });

  test('asks for no film that nobody trained on has seen', () => {
    const lonely = trainingData(
      films,
      Array.from({ length: 10 }, (_, user) =>
        Array.from({ length: 5 }, (_film, at): Watch => [`u${user}`, String(user < 9 ? at + 1 : at + 6), 1, at]),
      ).flat(),
    );
    const seeds = Array.from({ length: 30 }, (_, seed) => trialOf(lonely, cutUsers(lonely.events, seed, 'test')).cases);
    const askedOfNine = seeds.flat().filter(({ user }) => user === 'u9');
    expect(askedOfNine).toEqual([]);
    expect(seeds.some((cases) => cases.length > 0)).toBe(true);
  });
});
