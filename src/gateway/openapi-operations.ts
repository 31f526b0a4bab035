import type { z } from 'zod';
import type { ProblemCode } from '../contract/errors.ts';
import { pageQuerySchema, recommendationQuerySchema } from './query-request.ts';

/** Every address of the gateway, as the OpenAPI document tells of it. Pure. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  /** With `{id}` for what varies. */
  path: string;
  id: string;
  tag: 'recommendations' | 'feedback' | 'items' | 'users' | 'service';
  summary: string;
  description?: string;
  query?: z.ZodType;
  /** Request headers by name. */
  headers?: Readonly<Record<string, string>>;
  /** Name of a schema. */
  body?: string;
  example?: unknown;
  /** Status → name of a schema (null: no body) and what it means. */
  responses: Readonly<Record<number, { schema: string | null; description: string; headers?: readonly string[] }>>;
  /** Besides `internal`, which any may have. */
  problems: readonly ProblemCode[];
}

const jsonProblems = ['invalid-body', 'invalid-json', 'body-too-large', 'unsupported-media-type'] as const;
const askProblems = [
  'unknown-recommender',
  'unknown-criterion',
  'unknown-item',
  'overloaded',
  'broker-unavailable',
  'store-unavailable',
  'no-aggregator',
  'no-answer',
] as const;
const answered = {
  schema: 'Answer',
  description: 'The ranked, explained list; `source` says whether it is fresh or a fallback.',
  headers: ['X-Request-Id', 'Server-Timing'],
};

const recommending: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/v1/recommendations', id: 'recommend', tag: 'recommendations' },
    summary: 'Recommend items to a user or a session, or items like an item',
    description:
      'Answers by the deadline, with what the scorers said by then. With `Prefer: respond-async` the request is accepted instead, never lost, and answered under the address in `Location`.',
    headers: {
      Prefer: '`respond-async`: accept now, answer later',
      'Idempotency-Key': 'With `respond-async`: the same key with the same body is the same request',
    },
    body: 'RecommendationRequest',
    example: { user: 17, k: 5, filters: { genres: ['Horror'] } },
    responses: {
      200: answered,
      202: {
        schema: 'AnswerStatus',
        description: 'Accepted on the durable lane.',
        headers: ['Location', 'Preference-Applied', 'X-Request-Id'],
      },
    },
    problems: [...jsonProblems, 'invalid-parameter', 'idempotency-conflict', ...askProblems],
  },
  {
    ...{ method: 'get', path: '/v1/users/{id}/recommendations', id: 'recommendToUser', tag: 'recommendations' },
    summary: 'Recommend items to a user',
    query: recommendationQuerySchema,
    responses: { 200: answered },
    problems: ['invalid-parameter', ...askProblems],
  },
  {
    ...{ method: 'get', path: '/v1/items/{id}/similar', id: 'recommendSimilar', tag: 'recommendations' },
    summary: 'Recommend items like an item',
    description: 'By the recommender `more-like-this` unless another is named.',
    query: recommendationQuerySchema,
    responses: { 200: answered },
    problems: ['invalid-parameter', ...askProblems],
  },
  {
    ...{ method: 'get', path: '/v1/answers/{id}', id: 'getAnswer', tag: 'recommendations' },
    summary: 'What became of a durable request',
    responses: {
      200: { schema: 'AnswerStatus', description: '`pending`, `answered` or `failed`.', headers: ['Retry-After'] },
    },
    problems: ['invalid-parameter', 'unknown-answer', 'store-unavailable'],
  },
  {
    ...{ method: 'get', path: '/v1/recommenders', id: 'listRecommenders', tag: 'recommendations' },
    summary: 'The plans in force',
    responses: { 200: { schema: 'Recommenders', description: 'Every recommender as it is resolved at the moment.' } },
    problems: [],
  },
  {
    ...{ method: 'post', path: '/v1/feedback', id: 'addFeedback', tag: 'feedback' },
    summary: 'Say what users did with items',
    description: 'All events or none. An event counts once, however often it is sent, and in the very next answer.',
    body: 'FeedbackRequest',
    example: { events: [{ user: 17, item: 1, type: 'watch' }] },
    responses: { 200: { schema: 'FeedbackResponse', description: 'How many were new.' } },
    problems: [...jsonProblems, 'store-unavailable'],
  },
];

/** Reading, writing and deleting, the same for every collection. */
const collection = (
  tag: 'items' | 'users',
  one: 'Item' | 'User',
  unknown: ProblemCode,
  examples: { body: unknown; deleting: string },
): readonly Operation[] => [
  {
    ...{ method: 'get', path: `/v1/${tag}`, id: `list${one}s`, tag, summary: `List ${tag}, page by page` },
    query: pageQuerySchema,
    responses: { 200: { schema: `${one}sPage`, description: '`next` is the `after` of the next page, or null.' } },
    problems: ['invalid-parameter', 'store-unavailable'],
  },
  {
    ...{ method: 'post', path: `/v1/${tag}/bulk`, id: `put${one}s`, tag, summary: `Write many ${tag} at once` },
    body: `${one}sBulk`,
    example: { [tag]: [{ id: 1, ...(examples.body as object) }] },
    responses: { 200: { schema: 'BulkResponse', description: 'All are stored; with one bad entry none is.' } },
    problems: [...jsonProblems, 'store-unavailable'],
  },
  {
    ...{ method: 'get', path: `/v1/${tag}/{id}`, id: `get${one}`, tag, summary: `Read one of the ${tag}` },
    responses: { 200: { schema: one, description: 'As it is stored.' } },
    problems: ['invalid-parameter', unknown, 'store-unavailable'],
  },
  {
    ...{ method: 'put', path: `/v1/${tag}/{id}`, id: `put${one}`, tag, summary: `Write one of the ${tag}` },
    body: `${one}Body`,
    example: examples.body,
    responses: { 200: { schema: one, description: 'As it is stored now.' } },
    problems: [...jsonProblems, 'invalid-parameter', 'store-unavailable'],
  },
  {
    ...{ method: 'delete', path: `/v1/${tag}/{id}`, id: `delete${one}`, tag, summary: `Delete one of the ${tag}` },
    description: examples.deleting,
    responses: { 204: { schema: null, description: 'Deleted.' } },
    problems: ['invalid-parameter', unknown, 'store-unavailable'],
  },
];

const service: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/healthz', id: 'health', tag: 'service', summary: 'Whether the process lives' },
    responses: { 200: { schema: 'Status', description: 'It does.' } },
    problems: [],
  },
  {
    ...{ method: 'get', path: '/readyz', id: 'readiness', tag: 'service', summary: 'Whether it takes requests' },
    responses: {
      200: { schema: 'Status', description: 'It does.' },
      503: { schema: 'Status', description: 'Not yet, or no more; `status` says why.' },
    },
    problems: [],
  },
  {
    ...{ method: 'get', path: '/openapi.json', id: 'openapi', tag: 'service', summary: 'This document' },
    responses: { 200: { schema: 'Document', description: 'OpenAPI 3.1.' } },
    problems: [],
  },
];

export const operations: readonly Operation[] = [
  ...recommending,
  ...collection('items', 'Item', 'unknown-item', {
    body: { title: 'Alien', genres: ['Horror', 'Sci-Fi'], year: 1979 },
    deleting: 'What users did with it stays; it is not recommended any more.',
  }),
  ...collection('users', 'User', 'unknown-user', {
    body: { attributes: { plan: 'family' } },
    deleting: 'With all that is kept about him: feedback, answers, what this process remembers.',
  }),
  ...service,
];
