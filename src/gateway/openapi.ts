import { type ProblemCode, problems } from '../contract/errors.ts';
import { type Operation, operations } from './openapi-operations.ts';
import { componentSchemas, queryProperties, schemaRef } from './openapi-schemas.ts';

/** The gateway's HTTP as an OpenAPI 3.1 document. Pure; the same at every call. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  tags: readonly { name: string; description: string }[];
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components: { schemas: Record<string, unknown>; headers: Record<string, unknown> };
}

const responseHeaders: Readonly<Record<string, string>> = {
  'X-Request-Id': 'The id of the request, in logs and messages as well',
  'Server-Timing': 'The fan-out: how long each criterion took, or why it is missing',
  'Retry-After': 'Seconds after which to come again',
  Location: 'Where the answer will be',
  'Preference-Applied': '`respond-async`',
};

const headerRef = (name: string): { $ref: string } => ({ $ref: `#/components/headers/${name}` });
const json = (schema: string) => ({ 'application/json': { schema: schemaRef(schema) } });

const parametersOf = ({ path, query, headers }: Operation): unknown[] => [
  ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string', minLength: 1 },
  })),
  ...Object.entries(query === undefined ? {} : queryProperties(query)).map(([name, schema]) => ({
    ...{ name, in: 'query', required: false, schema },
  })),
  ...Object.entries(headers ?? {}).map(([name, description]) => ({
    ...{ name, in: 'header', required: false, description, schema: { type: 'string' } },
  })),
];

/** Problems of one status share a response. */
const problemResponses = (codes: readonly ProblemCode[]): Record<string, unknown> => {
  const byStatus = Map.groupBy([...new Set(codes)], (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      String(status),
      {
        description: same.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
        ...(status === 429 || status === 503 ? { headers: { 'Retry-After': headerRef('Retry-After') } } : {}),
        content: { 'application/problem+json': { schema: schemaRef('Problem') } },
      },
    ]),
  );
};

const responsesOf = (operation: Operation): Record<string, unknown> => ({
  ...problemResponses([...operation.problems, 'internal']),
  ...Object.fromEntries(
    Object.entries(operation.responses).map(([status, { schema, description, headers = [] }]) => [
      status,
      {
        description,
        ...(headers.length === 0
          ? {}
          : { headers: Object.fromEntries(headers.map((name) => [name, headerRef(name)])) }),
        ...(schema === null ? {} : { content: json(schema) }),
      },
    ]),
  ),
});

const bodyOf = ({ body, example }: Operation): Record<string, unknown> => {
  if (body === undefined) return {};
  const media = { schema: schemaRef(body), ...(example === undefined ? {} : { example }) };
  return { requestBody: { required: true, content: { 'application/json': media } } };
};

const describe = (operation: Operation): Record<string, unknown> => {
  const parameters = parametersOf(operation);
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(operation),
    responses: responsesOf(operation),
  };
};

export const openApi = (): OpenApiDocument => {
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of operations) {
    const methods = paths[operation.path] ?? {};
    methods[operation.method] = describe(operation);
    paths[operation.path] = methods;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Medley',
      version: 'v1',
      description: 'Recommendations by many criteria at once, by a deadline, with the truth about what is missing.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      { name: 'recommendations', description: 'Ask, now or for later' },
      { name: 'feedback', description: 'What users do' },
      { name: 'items', description: 'The catalogue' },
      { name: 'users', description: 'Who it is for' },
      { name: 'service', description: 'The process itself' },
    ],
    paths,
    components: {
      schemas: { ...componentSchemas(), Document: { type: 'object' } },
      headers: Object.fromEntries(
        Object.entries(responseHeaders).map(([name, description]) => [
          name,
          { description, schema: { type: name === 'Retry-After' ? 'integer' : 'string' } },
        ]),
      ),
    },
  };
};
