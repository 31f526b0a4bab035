import type { ProblemCode } from '../../src/contract/errors.ts';
import { limits } from '../../src/contract/limits.ts';
import type { RawRequest } from './gateway-server.ts';

/** Every way to get a request wrong that we thought of, and what its sender is told. */

const json = { 'content-type': 'application/json' };
const post = (path: string, body: unknown, headers: Record<string, string> = json): RawRequest => ({
  method: 'POST',
  path,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
export const recommend = (body: unknown): RawRequest => post('/v1/recommendations', body);
export const feedback = (...events: unknown[]): RawRequest => post('/v1/feedback', { events });
export const watch = { user: '17', item: '1', type: 'watch' };
const put = (path: string, body: unknown): RawRequest => ({ ...post(path, body), method: 'PUT' });
const deep = (depth: number): unknown => (depth === 0 ? 1 : { a: deep(depth - 1) });

/** `pointer` null: the problem names no place, and its detail is the sentence. */
export type BadRequest = [
  what: string,
  request: RawRequest,
  code: ProblemCode,
  told: { pointer: string | null; sentence: string },
];

export const badRequests: readonly BadRequest[] = [
  // bodies as such
  [
    'no body',
    { method: 'POST', path: '/v1/recommendations', headers: json },
    'invalid-body',
    { pointer: null, sentence: 'There is no body; send one as application/json.' },
  ],
  ['half a body', recommend('{"user":'), 'invalid-json', { pointer: null, sentence: 'Unexpected end of JSON input.' }],
  [
    'a body in another language',
    recommend('user: 17'),
    'invalid-json',
    { pointer: null, sentence: 'Unexpected token \'u\', "user: 17" is not valid JSON.' },
  ],
  [
    'a list for a body',
    recommend([]),
    'invalid-body',
    { pointer: '', sentence: 'Invalid input: expected object, received array' },
  ],
  [
    'a number for a body',
    recommend('5'),
    'invalid-body',
    { pointer: '', sentence: 'Invalid input: expected object, received number' },
  ],
  [
    'null for a body',
    recommend('null'),
    'invalid-body',
    { pointer: '', sentence: 'Invalid input: expected object, received null' },
  ],
  [
    'no content type',
    post('/v1/recommendations', '{}', {}),
    'unsupported-media-type',
    { pointer: null, sentence: 'The body has no Content-Type; send it as application/json.' },
  ],
  [
    'a form',
    post('/v1/recommendations', 'user=17', { 'content-type': 'application/x-www-form-urlencoded' }),
    'unsupported-media-type',
    { pointer: null, sentence: 'The body has application/x-www-form-urlencoded; send it as application/json.' },
  ],
  [
    'another charset',
    post('/v1/recommendations', '{}', { 'content-type': 'application/json; charset=latin1' }),
    'unsupported-media-type',
    { pointer: null, sentence: 'The body must be UTF-8.' },
  ],
  [
    'an unknown encoding',
    post('/v1/recommendations', '{}', { ...json, 'content-encoding': 'rot13' }),
    'unsupported-media-type',
    { pointer: null, sentence: 'The body has a Content-Encoding that is not taken.' },
  ],
  [
    'a body over the limit',
    recommend(JSON.stringify({ user: 'x'.repeat(limits.bodyBytes) })),
    'body-too-large',
    { pointer: null, sentence: `The body has more than ${limits.bodyBytes} bytes.` },
  ],
  // who
  [
    'nobody to recommend to',
    recommend({}),
    'invalid-body',
    { pointer: '', sentence: 'give exactly one of user, session and item (item may come with user)' },
  ],
  [
    'two to recommend to',
    recommend({ user: '1', session: { history: [] } }),
    'invalid-body',
    { pointer: '', sentence: 'give exactly one of user, session and item (item may come with user)' },
  ],
  [
    'a user of no name',
    recommend({ user: '' }),
    'invalid-body',
    { pointer: '/user', sentence: 'Too small: expected string to have >=1 characters' },
  ],
  [
    'half a user',
    recommend({ user: 1.5 }),
    'invalid-body',
    { pointer: '/user', sentence: 'must be text or a whole number' },
  ],
  [
    'a user with a line break',
    recommend({ user: 'a\nb' }),
    'invalid-body',
    { pointer: '/user', sentence: 'must not contain control characters' },
  ],
  [
    'a session without history',
    recommend({ session: {} }),
    'invalid-body',
    { pointer: '/session/history', sentence: 'Invalid input: expected array, received undefined' },
  ],
  [
    'a bad watch in a history',
    recommend({ session: { history: [{ item: '1' }, { item: '2', weight: 11 }] } }),
    'invalid-body',
    { pointer: '/session/history/1/weight', sentence: 'Too big: expected number to be <=10' },
  ],
  // what
  [
    'a misspelt field',
    recommend({ user: '17', recomender: 'home' }),
    'invalid-body',
    { pointer: '/recomender', sentence: 'There is no such field.' },
  ],
  [
    'no item wanted',
    recommend({ user: '17', k: 0 }),
    'invalid-body',
    { pointer: '/k', sentence: 'Too small: expected number to be >=1' },
  ],
  [
    'too many items wanted',
    recommend({ user: '17', k: 201 }),
    'invalid-body',
    { pointer: '/k', sentence: 'Too big: expected number to be <=200' },
  ],
  [
    'k in words',
    recommend({ user: '17', k: 'ten' }),
    'invalid-body',
    { pointer: '/k', sentence: 'Invalid input: expected number, received string' },
  ],
  [
    'a deadline nobody can meet',
    recommend({ user: '17', deadlineMs: 5 }),
    'invalid-body',
    { pointer: '/deadlineMs', sentence: 'Too small: expected number to be >=10' },
  ],
  [
    'a recommender no name can be',
    recommend({ user: '17', recommender: 'Home Page' }),
    'invalid-body',
    { pointer: '/recommender', sentence: 'must be lower-case letters, digits and dashes, as a DNS label' },
  ],
  [
    'a recommender there is not',
    recommend({ user: '17', recommender: 'nobody' }),
    'unknown-recommender',
    { pointer: null, sentence: 'There is none.' },
  ],
  [
    'a negative weight',
    recommend({ user: '17', weights: { genres: -1 } }),
    'invalid-body',
    { pointer: '/weights/genres', sentence: 'Too small: expected number to be >=0' },
  ],
  [
    'no candidate',
    recommend({ user: '17', candidates: [] }),
    'invalid-body',
    { pointer: '/candidates', sentence: 'Too small: expected array to have >=1 items' },
  ],
  [
    'filters of another kind',
    recommend({ user: '17', filters: { genres: 'Horror' } }),
    'invalid-body',
    { pointer: '/filters/genres', sentence: 'must be a list of at most 64 strings of 1 to 128 characters' },
  ],
  [
    'an unknown filter',
    recommend({ user: '17', filters: { 'a/b~c': 1 } }),
    'invalid-body',
    { pointer: '/filters/a~1b~0c', sentence: 'There is no such field.' },
  ],
  [
    'a context too deep',
    recommend({ user: '17', context: deep(60) }),
    'invalid-body',
    { pointer: '/context', sentence: 'must be at most 4096 bytes as JSON' },
  ],
  [
    'a key of idempotency too long',
    post(
      '/v1/recommendations',
      { user: '17' },
      { ...json, prefer: 'respond-async', 'idempotency-key': 'x'.repeat(256) },
    ),
    'invalid-parameter',
    { pointer: '/Idempotency-Key', sentence: 'Idempotency-Key must have 1 to 255 characters.' },
  ],
  [
    'a key of idempotency used with another body',
    post('/v1/recommendations', { user: '17', k: 66 }, { ...json, prefer: 'respond-async', 'idempotency-key': 'x' }),
    'idempotency-conflict',
    { pointer: null, sentence: 'Another body.' },
  ],
  // addresses and queries
  [
    'an address there is not',
    { path: '/v2/recommendations' },
    'not-found',
    { pointer: null, sentence: 'There is nothing at /v2/recommendations.' },
  ],
  [
    'reading where one writes',
    { path: '/v1/recommendations' },
    'method-not-allowed',
    { pointer: null, sentence: '/v1/recommendations takes POST.' },
  ],
  [
    'an unknown method',
    { method: 'PATCH', path: '/v1/items/1' },
    'method-not-allowed',
    { pointer: null, sentence: '/v1/items/:id takes GET, HEAD, PUT, DELETE.' },
  ],
  [
    'a path that is no text',
    { path: '/v1/items/%E0%A4%A' },
    'invalid-parameter',
    { pointer: null, sentence: "Failed to decode param '%E0%A4%A'." },
  ],
  [
    'an id of control characters',
    { path: '/v1/items/%0A' },
    'invalid-parameter',
    { pointer: '/id', sentence: 'must not contain control characters' },
  ],
  [
    'k in words, in a query',
    { path: '/v1/users/17/recommendations?k=ten' },
    'invalid-parameter',
    { pointer: '/k', sentence: 'must be a whole number' },
  ],
  [
    'k over the limit, in a query',
    { path: '/v1/users/17/recommendations?k=201' },
    'invalid-parameter',
    { pointer: '/k', sentence: 'Too big: expected number to be <=200' },
  ],
  [
    'k twice, in a query',
    { path: '/v1/users/17/recommendations?k=1&k=2' },
    'invalid-parameter',
    { pointer: '/k', sentence: 'must be given once' },
  ],
  [
    'explain in another language',
    { path: '/v1/users/17/recommendations?explain=ja' },
    'invalid-parameter',
    { pointer: '/explain', sentence: 'must be true or false' },
  ],
  [
    'an unknown query',
    { path: '/v1/items/1/similar?limit=3' },
    'invalid-parameter',
    { pointer: '/limit', sentence: 'There is no such field.' },
  ],
  [
    'an answer by a bad id',
    { path: '/v1/answers/17' },
    'invalid-parameter',
    { pointer: '/id', sentence: 'must be 32 lower-case hexadecimal digits' },
  ],
  [
    'an answer nobody asked for',
    { path: `/v1/answers/${'0'.repeat(32)}` },
    'unknown-answer',
    { pointer: null, sentence: `No request was accepted under ${'0'.repeat(32)}.` },
  ],
  [
    'a page too large',
    { path: '/v1/items?limit=5000' },
    'invalid-parameter',
    { pointer: '/limit', sentence: 'Too big: expected number to be <=1000' },
  ],
  // what is kept
  [
    'an item there is not',
    { path: '/v1/items/404' },
    'unknown-item',
    { pointer: null, sentence: 'items has no "404".' },
  ],
  [
    'a user there is not',
    { method: 'DELETE', path: '/v1/users/404' },
    'unknown-user',
    { pointer: null, sentence: 'users has no "404".' },
  ],
  [
    'an item without a title',
    put('/v1/items/1', {}),
    'invalid-body',
    { pointer: '/title', sentence: 'Invalid input: expected string, received undefined' },
  ],
  [
    'an item of another id',
    put('/v1/items/1', { id: '2', title: 'Alien' }),
    'invalid-body',
    { pointer: '/id', sentence: 'The address says "1"; leave id out, or make it the same.' },
  ],
  [
    'a bulk with a bad item',
    post('/v1/items/bulk', {
      items: [
        { id: '1', title: 'Alien' },
        { id: '2', title: 'B', year: 'old' },
      ],
    }),
    'invalid-body',
    { pointer: '/items/1/year', sentence: 'Invalid input: expected number, received string' },
  ],
  [
    'a bulk of nothing',
    post('/v1/users/bulk', { users: [] }),
    'invalid-body',
    { pointer: '/users', sentence: 'Too small: expected array to have >=1 items' },
  ],
  [
    'feedback of nothing',
    feedback(),
    'invalid-body',
    { pointer: '/events', sentence: 'Too small: expected array to have >=1 items' },
  ],
  [
    'feedback that is no object',
    feedback(watch, 5),
    'invalid-body',
    { pointer: '/events/1', sentence: 'Invalid input: expected object, received number' },
  ],
  [
    'feedback of an unknown kind',
    feedback({ ...watch, type: 'sneeze' }),
    'invalid-body',
    {
      pointer: '/events/0/type',
      sentence: 'Invalid option: expected one of "watch"|"like"|"dislike"|"rate"|"save"|"click"|"impression"',
    },
  ],
  [
    'feedback from the future',
    feedback({ ...watch, atMs: 8e15 }),
    'invalid-body',
    { pointer: '/events/0/atMs', sentence: 'lies in the future; it is Unix time in milliseconds' },
  ],
  [
    'six stars',
    feedback({ ...watch, type: 'rate', value: 6 }),
    'invalid-body',
    { pointer: '/events/0/value', sentence: 'stars go from 0.5 to 5' },
  ],
  [
    'a rating without stars',
    feedback(watch, { ...watch, type: 'rate' }),
    'invalid-body',
    { pointer: '/events/1/value', sentence: 'a rating needs its stars' },
  ],
  // the service
  [
    'more than it can take',
    recommend({ user: '17', recommender: 'busy' }),
    'overloaded',
    { pointer: null, sentence: 'Too many.' },
  ],
  [
    'a fault of its own',
    recommend({ user: '17', recommender: 'broken' }),
    'internal',
    { pointer: null, sentence: 'The log of this gateway has the cause.' },
  ],
];
