import { describe, expect, test } from '@jest/globals';
import { createQuietTerminal } from '../../test/support/quiet-terminal.ts';
import { answerFor } from '../../test/support/store-fixtures.ts';
import type { Answer, CriterionCoverage } from '../contract/answer.ts';
import { recommendationRequestSchema } from '../contract/http.ts';
import { lackOf, type RecommendOptions, recommend, toRequestBody } from './recommend.ts';

const options = (fields: Partial<RecommendOptions> = {}): RecommendOptions => ({
  user: undefined,
  session: undefined,
  item: undefined,
  url: 'http://g',
  recommender: undefined,
  k: undefined,
  genres: undefined,
  withoutGenres: undefined,
  exclude: undefined,
  deadlineMs: undefined,
  untilWhole: undefined,
  json: false,
  ...fields,
});

describe('the request', () => {
  test.each<[string, Partial<RecommendOptions>, object]>([
    ['a user', { user: '17' }, { recommender: 'home', user: '17' }],
    [
      'a session',
      { session: ['3', '4'] },
      { recommender: 'home', session: { history: [{ item: '3' }, { item: '4' }] } },
    ],
    ['an item', { item: '5' }, { recommender: 'more-like-this', item: '5' }],
    ['an item for a user', { user: '17', item: '5' }, { recommender: 'more-like-this', user: '17', item: '5' }],
    [
      'everything',
      {
        item: '5',
        k: 3,
        genres: ['Horror'],
        withoutGenres: ['War'],
        exclude: ['6'],
        deadlineMs: 100,
        recommender: 'more',
      },
      {
        recommender: 'more',
        item: '5',
        k: 3,
        filters: { genres: ['Horror'], withoutGenres: ['War'] },
        exclude: ['6'],
        deadlineMs: 100,
      },
    ],
  ])('for %s is one the gateway takes', (_, fields, body) => {
    expect(toRequestBody(options(fields))).toEqual(body);
    expect(recommendationRequestSchema.safeParse(body).success).toBe(true);
  });

  test.each<[Partial<RecommendOptions>]>([[{}], [{ session: ['1'], user: '1' }], [{ session: ['1'], item: '1' }]])(
    '%j has no subject, or two',
    (fields) => {
      expect(() => toRequestBody(options(fields))).toThrow(/^Whom to recommend to/);
    },
  );
});

const late: CriterionCoverage = {
  ...{ criterion: 'history', outcome: 'late', weight: 1, required: false },
  ...{ elapsedMs: null, waitMs: null, serviceMs: null },
};

describe('the answer', () => {
  const answer = answerFor('a'.repeat(32), '17');
  const fetch = async () => Response.json(answer);

  test('is shown for a person', async () => {
    const terminal = createQuietTerminal();
    await recommend(options({ user: '17' }), terminal, fetch);
    expect(terminal.said[0]).toMatch(/^home for user 17 — fresh/);
  });

  test('is printed as it came where JSON is asked for', async () => {
    const terminal = createQuietTerminal();
    await recommend(options({ user: '17', json: true }), terminal, fetch);
    expect(JSON.parse(terminal.said.join(''))).toEqual(answer);
  });

  test('that is whole and says why is enough where one is waited for', async () => {
    const explained = { ...answer, items: [{ id: '17', score: 1, reasons: [{ criterion: 'history', text: 'so' }] }] };
    const terminal = createQuietTerminal();
    const whole = await recommend(options({ user: '17', untilWhole: 1 }), terminal, async () =>
      Response.json(explained),
    );
    expect(whole).toBe(true);
  });

  test('is asked for again for as long as was said, and what it lacks is told', async () => {
    const terminal = createQuietTerminal();
    let asked = 0;
    const popular = async () => {
      asked += 1;
      return Response.json({ ...answer, source: 'popular' });
    };
    expect(await recommend(options({ user: '17', untilWhole: 1 }), terminal, popular)).toBe(false);
    expect(asked).toBe(2);
    expect(terminal.complaints).toEqual(['medley: no whole answer within 1 s: its source is popular']);
  });

  test.each<[string, Partial<Answer>, string | null]>([
    ['a fallback', { source: 'last-good' }, 'its source is last-good'],
    ['a criterion that was late', { complete: false, coverage: { weight: 0, criteria: [late] } }, 'history is late'],
    ['an empty one', { items: [] }, 'it holds nothing'],
    ['one that gives no reason', {}, 'not every item says why'],
  ])('lacks something: %s', (_, fields, lack) => expect(lackOf({ ...answer, ...fields })).toBe(lack));
});
