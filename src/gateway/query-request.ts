import { z } from 'zod';
import { type RecommendationRequest, recommendationRequestSchema } from '../contract/http.ts';
import { nameSchema } from '../contract/primitives.ts';
import { parseInput } from './parse-input.ts';

/** The query of the GET addresses that recommend, as the request it means. */

const oneText = z.string({ error: 'must be given once' });
const number = oneText
  .regex(/^\d+(\.\d+)?$/, 'must be a number')
  .transform(Number)
  .meta({ type: 'number' });
const whole = oneText.regex(/^\d+$/, 'must be a whole number').transform(Number).meta({ type: 'integer' });
const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true')
  .meta({ type: 'boolean' });
/** `a,b` and `a&genres=b` mean the same. */
const words = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((text) => text.split(',').filter((word) => word !== '')))
  .meta({ type: 'array', items: { type: 'string' } });

export const recommendationQuerySchema = z.strictObject({
  recommender: nameSchema.optional().meta({ description: 'Which recommender; `home` unless told.' }),
  k: whole.optional().meta({ description: 'How many items.' }),
  deadlineMs: number.optional().meta({ description: "Lowers the recommender's deadline." }),
  explain: flag.optional().meta({ description: 'Whether items say why; `true` unless told.' }),
  genres: words.optional().meta({ description: 'At least one of these genres.' }),
  withoutGenres: words.optional().meta({ description: 'None of these genres.' }),
  yearFrom: whole.optional().meta({ description: 'Not older than this year.' }),
  yearTo: whole.optional().meta({ description: 'Not newer than this year.' }),
  maturity: words.optional().meta({ description: 'Only these maturity ratings.' }),
  region: oneText.optional().meta({ description: 'Only what is licensed there.' }),
  exclude: words.optional().meta({ description: 'Ids never to recommend.' }),
  include: words.optional().meta({ description: 'Ids to recommend in any case.' }),
});

const filterNames = ['genres', 'withoutGenres', 'yearFrom', 'yearTo', 'maturity', 'region'] as const;

const given = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/**
 * @param subject who it is about, and the recommender where the address itself names it
 * @throws ProblemError `invalid-parameter`, with the name of each bad value as pointer
 */
export const requestFromQuery = (
  query: unknown,
  subject: { user: string } | { item: string; recommender: string },
): RecommendationRequest => {
  const fields = parseInput(recommendationQuerySchema, query, 'invalid-parameter');
  const filters = given(Object.fromEntries(filterNames.map((name) => [name, fields[name]])));
  const { recommender, k, deadlineMs, explain, exclude, include } = fields;
  const request = {
    ...given({ recommender, k, deadlineMs, explain, exclude, include }),
    ...(Object.keys(filters).length === 0 ? {} : { filters }),
    ...given(subject),
    ...(recommender === undefined ? {} : { recommender }),
  };
  return parseInput(recommendationRequestSchema, request, 'invalid-parameter');
};

/** Which part of a catalogue is wanted: ids greater than `after`, at most `limit`. */
export const pageQuerySchema = z.strictObject({
  after: oneText.optional().meta({ description: 'Ids after this one.' }),
  limit: whole
    .pipe(z.int().min(1).max(1_000))
    .default(100)
    .meta({ type: 'integer', description: 'How many, at most 1000.' }),
});
