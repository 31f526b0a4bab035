import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { badRequests, feedback, recommend, watch } from '../../test/support/bad-requests.ts';
import { type GatewayServer, startGatewayServer } from '../../test/support/gateway-server.ts';
import { problems } from '../contract/errors.ts';
import type { Problem } from '../contract/http.ts';

/** What the sender of a bad request is told: a code, where, and a sentence. The table is test/support/bad-requests.ts. */

let gateway: GatewayServer;
beforeAll(async () => {
  gateway = await startGatewayServer();
});
afterAll(() => gateway.stop());

test.each(badRequests)('%s', async (_, request, code, { pointer, sentence }) => {
  const response = await gateway.send(request);
  const problem = JSON.parse(response.body) as Problem;
  expect(problem).toMatchObject({
    ...{ code, status: problems[code].status, title: problems[code].title, type: `/docs/errors#${code}` },
    requestId: response.headers['x-request-id'],
  });
  expect(response.status).toBe(problems[code].status);
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  if (pointer === null) expect(problem.detail).toBe(sentence);
  else {
    const fault = problem.errors?.find((one) => one.pointer === pointer);
    expect(fault?.detail).toContain(sentence);
    expect(problem.detail).toContain(fault?.detail);
  }
});

test.each([
  ['more fields than anybody means', `{"weights":{${Array.from({ length: 1_001 }, (_, n) => `"C${n}":1`)}}}`],
  ['a body that goes down and down', `{"context":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
])('%s is refused before anything in it is checked', async (_, body) => {
  const problem = JSON.parse((await gateway.send(recommend(body))).body) as Problem;
  const detail = 'No object may have more than 1000 fields, and nothing lie 64 levels deep.';
  expect(problem).toMatchObject({ code: 'invalid-body', status: 400, detail });
});

test('every fault of a body is named at once, and the sentence counts them', async () => {
  const response = await gateway.send(recommend({ user: '17', k: 0, deadlineMs: 1, explain: 'yes' }));
  const problem = JSON.parse(response.body) as Problem;
  expect(problem.errors?.map((one) => one.pointer)).toEqual(['/k', '/deadlineMs', '/explain']);
  expect(problem.detail).toBe('/k: Too small: expected number to be >=1 (and 2 more)');
});

test('feedback with one bad event takes none of them', async () => {
  const before = await gateway.store.feedback.count();
  await gateway.send(feedback(watch, { ...watch, type: 'sneeze' }));
  expect(await gateway.store.feedback.count()).toBe(before);
});

test('a refusal says when to come again and which methods there are', async () => {
  expect((await gateway.send(recommend({ user: '17', recommender: 'busy' }))).headers['retry-after']).toBe('7');
  expect((await gateway.send({ method: 'PATCH', path: '/v1/items/1' })).headers.allow).toBe('GET, HEAD, PUT, DELETE');
});

test('what went wrong inside is never told outside', async () => {
  const response = await gateway.send(recommend({ user: '17', recommender: 'broken' }));
  expect(response.body).not.toContain('secret');
});
