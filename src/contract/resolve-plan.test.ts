import { describe, expect, test } from '@jest/globals';
import { planSchema } from './plan.ts';
import { resolvePlan } from './resolve-plan.ts';
import { type RecommenderResource, recommenderSchema, type ScorerResource, scorerSchema } from './resources.ts';

const apiVersion = 'medley.dev/v1alpha1';
const scorer = (name: string, spec: object = {}, labels: Record<string, string> = {}): ScorerResource =>
  scorerSchema.parse({ apiVersion, kind: 'Scorer', metadata: { name, labels }, spec });
const home = (criteria: readonly object[], more: object = {}): RecommenderResource =>
  recommenderSchema.parse({ apiVersion, kind: 'Recommender', metadata: { name: 'home' }, spec: { criteria, ...more } });

const webflix = { family: 'webflix' };
const scorers = [
  scorer('history', { weight: 0.6, topN: 200 }, webflix),
  scorer('genres', { weight: 0.3 }, webflix),
  scorer('popularity', { weight: 0.1 }, { ...webflix, personal: 'no' }),
  scorer('weather'),
  scorer('idle', { weight: 0 }),
];
const byLabel = { selector: { matchLabels: webflix } };

/** `genres:0.3 history:2!`, `!` = required. */
const criteriaOf = (recommender: RecommenderResource, known: readonly ScorerResource[] = scorers): string =>
  (resolvePlan(recommender, known, 1).plan?.criteria ?? [])
    .map((one) => `${one.criterion}:${one.weight}${one.required ? '!' : ''}`)
    .join(' ');
const problemsOf = (recommender: RecommenderResource, known: readonly ScorerResource[] = scorers) =>
  resolvePlan(recommender, known, 1).problems;

describe('which criteria a plan has', () => {
  const cases: readonly { name: string; criteria: readonly object[]; plan: string }[] = [
    { name: "named: the Scorer's own weight", criteria: [{ criterion: 'history' }], plan: 'history:0.6' },
    { name: "named: the reference's weight", criteria: [{ criterion: 'history', weight: 2 }], plan: 'history:2' },
    {
      name: 'named with weight 0: a shadow, which is asked',
      criteria: [{ criterion: 'history' }, { criterion: 'genres', weight: 0 }],
      plan: 'genres:0 history:0.6',
    },
    {
      name: 'by labels: all that have them, by name',
      criteria: [byLabel],
      plan: 'genres:0.3 history:0.6 popularity:0.1',
    },
    {
      name: 'by two labels: those that have both',
      criteria: [{ selector: { matchLabels: { ...webflix, personal: 'no' } } }],
      plan: 'popularity:0.1',
    },
    {
      name: 'by no label: every Scorer there is',
      criteria: [{ selector: { matchLabels: {} } }],
      plan: 'genres:0.3 history:0.6 idle:0 popularity:0.1 weather:1',
    },
    {
      name: 'named wins over found by labels, whichever comes first',
      criteria: [
        { ...byLabel, weight: 1 },
        { criterion: 'history', weight: 5, required: true },
      ],
      plan: 'genres:1 history:5! popularity:1',
    },
    {
      name: 'of two selectors the first wins',
      criteria: [{ selector: { matchLabels: { personal: 'no' } }, weight: 7 }, byLabel],
      plan: 'genres:0.3 history:0.6 popularity:7',
    },
  ];

  test.each(cases)('$name', ({ criteria, plan }) => {
    expect(criteriaOf(home(criteria))).toBe(plan);
    expect(problemsOf(home(criteria))).toEqual([]);
  });

  test('a Scorer may judge by a criterion that is not its name', () => {
    expect(criteriaOf(home([{ criterion: 'taste' }]), [scorer('my-model', { criterion: 'taste' })])).toBe('taste:1');
  });

  test('the plan carries the whole recommender, and is a good message', () => {
    const recommender = home([{ criterion: 'history' }], { deadlineMs: 250, minimumCoverage: 0.5, refine: true });
    const { plan } = resolvePlan(recommender, scorers, 7);
    expect(plan).toMatchObject({
      recommender: 'home',
      version: 7,
      deadlineMs: 250,
      minimumCoverage: 0.5,
      refine: true,
    });
    expect(plan?.criteria[0]).toMatchObject({ topN: 200, generation: 0 });
    expect(planSchema.parse(plan)).toEqual(plan);
  });
});

describe('what is wrong is said, and the rest still makes a plan', () => {
  const history = { criterion: 'history' };
  const cases: readonly {
    name: string;
    recommender: RecommenderResource;
    problems: readonly string[];
    plan: string;
  }[] = [
    {
      name: 'an unknown criterion',
      recommender: home([history, { criterion: 'mood' }]),
      problems: ['Recommender home: spec.criteria[1]: no Scorer judges by criterion mood'],
      plan: 'history:0.6',
    },
    {
      name: 'labels nobody has',
      recommender: home([{ selector: { matchLabels: { family: 'books' } } }, history]),
      problems: ['Recommender home: spec.criteria[0]: no Scorer has these labels'],
      plan: 'history:0.6',
    },
    {
      name: 'every weight 0',
      recommender: home([{ criterion: 'history', weight: 0 }, { criterion: 'idle' }]),
      problems: ['Recommender home: every criterion has weight 0; give at least one a weight'],
      plan: 'history:0 idle:0',
    },
    {
      name: 'variants with criteria that are not there: all at once',
      recommender: home([history], {
        variants: [
          { name: 'a', percent: 60, weights: { history: 1, rain: 1 } },
          { name: 'b', percent: 40, weights: { mood: 1 } },
        ],
      }),
      problems: [
        'Recommender home: variant a weighs rain, which is not among the criteria',
        'Recommender home: variant b weighs mood, which is not among the criteria',
      ],
      plan: 'history:0.6',
    },
    {
      name: 'sets of weights that can not be meant: all at once',
      recommender: home([history], {
        weightSets: [
          { name: 'a', weights: { mood: 1 } },
          { name: 'b', missing: ['history', 'mood'], weights: {} },
        ],
      }),
      problems: [
        'Recommender home: weight set a weighs mood, which is not among the criteria',
        'Recommender home: weight set b is for a missing mood, which is not among the criteria',
        'Recommender home: weight set b leaves no criterion a weight; give at least one',
      ],
      plan: 'history:0.6',
    },
  ];

  test.each(cases)('$name', ({ recommender, problems, plan }) => {
    expect(problemsOf(recommender)).toEqual(problems);
    expect(criteriaOf(recommender)).toBe(plan);
  });

  test('two Scorers for one criterion: the first is taken, the other named', () => {
    const two = [scorer('history', { weight: 3 }), scorer('second', { criterion: 'history', weight: 4 })];
    expect(problemsOf(home([history]), two)).toEqual([
      'two Scorers judge by criterion history; second is left out: rename one',
    ]);
    expect(criteriaOf(home([history]), two)).toBe('history:3');
  });

  test('nothing left: no plan', () => {
    const { plan, problems } = resolvePlan(home([{ criterion: 'mood' }]), scorers, 1);
    expect(plan).toBeNull();
    expect(problems).toEqual(['Recommender home: spec.criteria[0]: no Scorer judges by criterion mood']);
  });

  test('more criteria than a mask has bits: the lightest are left out, and named', () => {
    const many = Array.from({ length: 32 }, (_, at) => scorer(`c${String(at).padStart(2, '0')}`, { weight: at + 1 }));
    const { plan, problems } = resolvePlan(home([{ selector: { matchLabels: {} } }]), many, 1);
    expect(problems).toEqual(['Recommender home: at most 30 criteria fit; left out: c01, c00']);
    expect(planSchema.safeParse(plan).success).toBe(true);
    expect(plan?.criteria.map((one) => one.criterion)).toEqual(many.slice(2).map((one) => one.metadata.name));
  });
});
