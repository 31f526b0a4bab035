import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { badRequests } from '../../test/support/bad-requests.ts';
import { type GatewayServer, startGatewayServer } from '../../test/support/gateway-server.ts';
import { problems } from '../contract/errors.ts';
import { renderDocs, renderErrors } from './docs-page.ts';
import { openApi } from './openapi.ts';
import { operations } from './openapi-operations.ts';

/** The document says what the gateway does, and the gateway does what the document says. */

let gateway: GatewayServer;
beforeAll(async () => {
  gateway = await startGatewayServer();
});
afterAll(() => gateway.stop());

const document = openApi();
const text = JSON.stringify(document);

/** A schema of the document, with everything it refers to. */
const validator = (name: string) => {
  const ajv = new Ajv2020({ strict: false, formats: { email: true } });
  ajv.addSchema({ $id: 'medley', components: document.components }, 'medley');
  return ajv.compile({ $ref: `medley#/components/schemas/${name}` });
};

test('every reference leads somewhere', () => {
  const targets = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
  expect(targets.length).toBeGreaterThan(100);
  for (const [, kind, name] of targets) {
    const held = document.components[kind as 'schemas' | 'headers'];
    expect(Object.keys(held)).toContain(name);
  }
});

test('every schema of the document is a valid JSON Schema', () => {
  for (const name of Object.keys(document.components.schemas)) expect(() => validator(name)).not.toThrow();
});

test('operation ids are unique', () => {
  const ids = operations.map((one) => one.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the gateway takes exactly the methods the document tells of, at every address it tells of', async () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const { status, headers } = await gateway.send({ method: 'PATCH', path: path.replace('{id}', '1') });
    expect([path, status]).toEqual([path, 405]);
    const allowed = String(headers.allow)
      .split(', ')
      .filter((method) => method !== 'HEAD');
    expect([path, ...allowed.sort()]).toEqual([
      path,
      ...Object.keys(methods)
        .map((one) => one.toUpperCase())
        .sort(),
    ]);
  }
});

test('every code of the table of bad requests is told of by its operation', () => {
  const told = new Set(operations.flatMap((one) => one.problems));
  const elsewhere = ['not-found', 'method-not-allowed', 'internal'];
  for (const [what, , code] of badRequests) {
    if (!elsewhere.includes(code)) expect([what, told.has(code)]).toEqual([what, true]);
  }
});

test('examples are what their operations take', () => {
  const examples = operations.filter((one) => one.body !== undefined);
  expect(examples.length).toBeGreaterThan(4);
  for (const { id, body, example } of examples) {
    const validate = validator(body ?? '');
    expect([id, validate(example), validate.errors]).toEqual([id, true, null]);
  }
});

test('answers and problems of the gateway are what the document promises', async () => {
  const answer = await gateway.sendJson('POST', '/v1/recommendations', { user: '17' });
  const problem = await gateway.sendJson('POST', '/v1/recommendations', {});
  const recommenders = await gateway.sendJson('GET', '/v1/recommenders');
  for (const [name, value] of [
    ['Answer', answer.json],
    ['Problem', problem.json],
    ['Recommenders', recommenders.json],
  ] as const) {
    const validate = validator(name);
    expect([name, validate(value), validate.errors]).toEqual([name, true, null]);
  }
});

test('answers may grow fields, requests may not', () => {
  const { Answer, RecommendationRequest } = document.components.schemas;
  expect(Answer).not.toHaveProperty('additionalProperties');
  expect(RecommendationRequest).toHaveProperty('additionalProperties', false);
});

test('the document and its pages are served, and the pages load nothing but their own style', async () => {
  expect((await gateway.sendJson('GET', '/openapi.json')).json).toEqual(JSON.parse(text));
  const docs = await gateway.send({ path: '/docs' });
  expect(docs.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(docs.body).toBe(renderDocs(document));
  expect((await gateway.send({ path: '/docs/errors' })).body).toBe(renderErrors());
  expect((await gateway.send({ path: '/docs/style.css' })).headers['content-type']).toContain('text/css');
  const root = await gateway.send({ path: '/' });
  expect([root.status, root.headers.location]).toEqual([302, '/docs']);
  const loaded = [...docs.body.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, target]) => target);
  expect(new Set(loaded)).toEqual(new Set(['/docs/style.css', '/openapi.json', '/docs/errors']));
  expect(docs.body).not.toMatch(/<script|style=|\son\w+=/);
});

test('every link within the page leads somewhere, and every address is on it', () => {
  const html = renderDocs(document);
  const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  for (const { method, path } of operations) expect(ids).toContain(`${method}-${path}`);
});

test('every error has an anchor where its problem type leads', () => {
  for (const code of Object.keys(problems)) expect(renderErrors()).toContain(`<tr id="${code}">`);
});
