import { z } from 'zod';
import { limits } from './limits.ts';
import { fusionSchema, normaliseSchema, rulesSchema, variantSchema, weightSetSchema } from './plan.ts';
import { nameSchema } from './primitives.ts';
import { eachNameOnce, withRules } from './resource-rules.ts';
import { conditionsSchema, labelsSchema } from './resources-kubernetes.ts';

/** What a Recommender says (`spec`), and what the operator says of it (`status`). */

const criterionReference = withRules(
  z.strictObject({
    criterion: nameSchema.optional().meta({ description: 'One criterion by name. Give this or `selector`.' }),
    selector: z
      .strictObject({ matchLabels: labelsSchema.meta({ description: 'Labels and their values; all must be there.' }) })
      .optional()
      .meta({ description: 'Every Scorer with these labels. Give this or `criterion`.' }),
    weight: z
      .number()
      .min(0)
      .max(1_000)
      .optional()
      .meta({ description: "Absent: the Scorer's own. 0 = shadow: asked and reported, never counted." }),
    required: z.boolean().default(false).meta({ description: 'Whether the answer falls back without it.' }),
  }),
  [
    {
      sentence: 'give exactly one of criterion and selector',
      cel: 'has(self.criterion) != has(self.selector)',
      holds: ({ criterion, selector }) => (criterion === undefined) !== (selector === undefined),
    },
    {
      sentence: 'a shadow (weight 0) is never counted, so it cannot be required',
      cel: '!self.required || !has(self.weight) || self.weight > 0.0',
      field: ['required'],
      holds: ({ required, weight }) => !required || weight !== 0,
    },
  ],
);

const criteriaSchema = withRules(z.array(criterionReference).min(1).max(limits.criteria), [
  {
    sentence: 'a criterion is named twice; name each once',
    cel: 'self.all(one, !has(one.criterion) || self.exists_one(other, has(other.criterion) && other.criterion == one.criterion))',
    holds: (list) => {
      const names = list.flatMap(({ criterion }) => criterion ?? []);
      return new Set(names).size === names.length;
    },
  },
  {
    sentence: 'every criterion has weight 0; give at least one a weight',
    cel: 'self.exists(one, !has(one.weight) || one.weight > 0.0)',
    holds: (list) => list.some(({ weight }) => weight !== 0),
  },
]).meta({ description: 'Who is asked, by name or by labels. A name wins over labels.' });

const meet = (some: readonly string[] = [], others: readonly string[] = []): boolean =>
  some.some((one) => others.includes(one));

const ownRulesSchema = withRules(rulesSchema, [
  {
    sentence: 'an item cannot be both pinned and buried',
    cel: '!self.pin.exists(id, id in self.bury)',
    field: ['bury'],
    holds: ({ pin, bury }) => !meet(pin, bury),
  },
  {
    sentence: 'yearFrom must not be after yearTo',
    cel: '!has(self.filters) || !has(self.filters.yearFrom) || !has(self.filters.yearTo) || self.filters.yearFrom <= self.filters.yearTo',
    field: ['filters', 'yearFrom'],
    holds: ({ filters }) => (filters?.yearFrom ?? -Infinity) <= (filters?.yearTo ?? Infinity),
  },
  {
    sentence: 'a genre cannot be both wanted and left out',
    cel: '!has(self.filters) || !has(self.filters.genres) || !has(self.filters.withoutGenres) || !self.filters.genres.exists(one, one in self.filters.withoutGenres)',
    field: ['filters', 'withoutGenres'],
    holds: ({ filters }) => !meet(filters?.genres, filters?.withoutGenres),
  },
]);

const ownWeightSetSchema = withRules(weightSetSchema, [
  {
    sentence: 'maxHistory must not be under minHistory',
    cel: '!has(self.maxHistory) || self.minHistory <= self.maxHistory',
    field: ['maxHistory'],
    holds: ({ minHistory, maxHistory }) => maxHistory === undefined || minHistory <= maxHistory,
  },
]);

const weightSetsSchema = withRules(z.array(ownWeightSetSchema).max(limits.weightSets), [eachNameOnce('weight sets')]);

/** Percents that add up to a hair over 100 in binary only are no fault. */
const hair = 1e-9;

const variantsSchema = withRules(z.array(variantSchema).max(8), [
  {
    sentence: "the variants' percents add up to more than 100; make them 100 or less",
    cel: `self.map(one, one.percent).sum() <= ${100 + hair}`,
    holds: (variants) => variants.reduce((sum, { percent }) => sum + percent, 0) <= 100 + hair,
  },
  eachNameOnce('variants'),
]);

const fallbackSchema = withRules(z.array(z.enum(['last-good', 'popular'])).max(2), [
  {
    sentence: 'a source is named twice; name each once',
    cel: 'self.all(one, self.exists_one(other, other == one))',
    holds: (sources) => new Set(sources).size === sources.length,
  },
]);

const kSchema = withRules(
  z.strictObject({
    default: z.int().min(1).max(limits.k).default(10).meta({ description: 'Where a request names none.' }),
    max: z.int().min(1).max(limits.k).default(limits.k).meta({ description: 'The most a request may ask for.' }),
  }),
  [
    {
      sentence: 'k.default must not be over k.max',
      cel: 'self.default <= self.max',
      field: ['default'],
      holds: (k) => k.default <= k.max,
    },
  ],
);

export const recommenderSpecSchema = withRules(
  z.strictObject({
    deadlineMs: z
      .number()
      .min(limits.minDeadlineMs)
      .max(limits.maxInteractiveDeadlineMs)
      .default(300)
      .meta({ description: 'Within how many ms of its arrival a request is answered. A caller may lower it.' }),
    criteria: criteriaSchema,
    minimumCoverage: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .meta({ description: 'Share of weight below which the answer falls back.' }),
    fusion: fusionSchema.prefault({}).meta({ description: 'How the lists become one.' }),
    rules: ownRulesSchema.prefault({}).meta({ description: 'What is applied after fusion.' }),
    refine: z.boolean().default(false).meta({
      description:
        'Ask a second time, over the union of the lists, where time is left, unless that would rank as the lists do and the top k is provably exact.',
    }),
    refineNormalise: normaliseSchema.default('z-score').meta({
      description: 'How the scores of the second round are made comparable, where the fusion is a weighted sum.',
    }),
    weightSets: weightSetsSchema.default([]).meta({
      description:
        'Weights by length of the history and by what is missing; of several that apply equally the first. `medley tune` writes them.',
    }),
    k: kSchema.prefault({}).meta({ description: 'How many items an answer holds.' }),
    variants: variantsSchema.default([]).meta({ description: 'Other sets of weights for a share of the users (A/B).' }),
    fallback: fallbackSchema.default(['last-good', 'popular']).meta({
      description:
        "What a fallback may use, in order: the user's last good answer, popular items. None: the request fails instead.",
    }),
    lateHalfLifeMs: z
      .number()
      .min(1)
      .default(600_000)
      .meta({ description: "Half-life of a late partial's weight in the user's next answer, ms." }),
  }),
  [
    {
      sentence: 'a sum adds every part as it is: leave out variants and weightSets',
      cel: "self.fusion.kind != 'sum' || (self.variants.size() == 0 && self.weightSets.size() == 0)",
      field: ['fusion', 'kind'],
      holds: ({ fusion, variants, weightSets }) =>
        fusion.kind !== 'sum' || (variants.length === 0 && weightSets.length === 0),
    },
  ],
);

export const recommenderStatusSchema = z.object({
  observedGeneration: z.int().min(0).optional().meta({ description: '`metadata.generation` this was made from.' }),
  planVersion: z.int().min(0).optional().meta({ description: 'Version of the plan that answers name.' }),
  criteria: z.int().min(0).optional().meta({ description: 'How many criteria that plan asks.' }),
  conditions: conditionsSchema.optional(),
});
export type RecommenderStatus = z.infer<typeof recommenderStatusSchema>;
