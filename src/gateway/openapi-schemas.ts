import { z } from 'zod';
import { answerSchema } from '../contract/answer.ts';
import {
  answerStatusSchema,
  bulkResponseSchema,
  feedbackEntrySchema,
  feedbackRequestSchema,
  feedbackResponseSchema,
  itemBodySchema,
  itemEntrySchema,
  itemsBulkSchema,
  itemsPageSchema,
  problemSchema,
  recommendationRequestSchema,
  userBodySchema,
  userEntrySchema,
  usersBulkSchema,
  usersPageSchema,
} from '../contract/http.ts';
import { itemSchema, userSchema } from '../contract/item.ts';
import { limits } from '../contract/limits.ts';
import { planSchema } from '../contract/plan.ts';

/** The schemas of the OpenAPI document, made from those the code itself checks with. Pure. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What callers send. */
const inputs: Readonly<Record<string, z.ZodType>> = {
  RecommendationRequest: recommendationRequestSchema,
  FeedbackEvent: feedbackEntrySchema,
  FeedbackRequest: feedbackRequestSchema.extend({
    events: z.array(feedbackEntrySchema).min(1).max(limits.feedbackEvents),
  }),
  ItemBody: itemBodySchema,
  ItemEntry: itemEntrySchema,
  ItemsBulk: itemsBulkSchema.extend({ items: z.array(itemEntrySchema).min(1).max(limits.bulkItems) }),
  UserBody: userBodySchema,
  UserEntry: userEntrySchema,
  UsersBulk: usersBulkSchema.extend({ users: z.array(userEntrySchema).min(1).max(limits.bulkItems) }),
};

/** What callers receive. */
const outputs: Readonly<Record<string, z.ZodType>> = {
  Answer: answerSchema,
  AnswerStatus: answerStatusSchema,
  FeedbackResponse: feedbackResponseSchema,
  Item: itemSchema,
  ItemsPage: itemsPageSchema,
  User: userSchema,
  UsersPage: usersPageSchema,
  BulkResponse: bulkResponseSchema,
  Plan: planSchema,
  Recommenders: z.object({ recommenders: z.array(planSchema) }),
  Status: z.object({ status: z.string() }),
  Problem: problemSchema,
};

export const schemaRef = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

const convert = (schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): [string, JsonSchema][] => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io,
    uri: (id) => schemaRef(id).$ref,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const definition = zodSchema._zod.def;
      // Answers may grow fields; only what is strict here is strict there.
      if (definition.type === 'object' && definition.catchall === undefined) delete jsonSchema.additionalProperties;
    },
  });
  return Object.entries(made.schemas).map(([name, { $id, $schema, ...schema }]) => [name, schema]);
};

export const componentSchemas = (): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries([...convert(inputs, 'input'), ...convert(outputs, 'output')]);

/**
 * The JSON Schema of one query, by parameter. The code reads texts; a parameter is told as what its text means, so what
 * describes the text (`pattern`, `enum`, `anyOf`) goes where that is no text.
 */
export const queryProperties = (schema: z.ZodType): Readonly<Record<string, JsonSchema>> => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const meant = ([name, told]: [string, unknown]): [string, JsonSchema] => {
    const { pattern, enum: texts, anyOf, ...rest } = told as JsonSchema;
    return [name, rest.type === 'string' ? (told as JsonSchema) : rest];
  };
  return Object.fromEntries(Object.entries(properties).map(meant));
};
