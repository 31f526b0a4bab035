import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { generatedFiles, schemasFolder } from '../../scripts/generate.ts';
import { jsonSchemas } from '../../scripts/message-schemas.ts';
import { messageTypes } from '../../src/contract/control.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const committed = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const files = generatedFiles();

/** As much of a JSON Schema as is looked at here. */
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
}

/** Every `$ref` in a document, wherever it is. */
const referencesIn = (node: unknown): string[] => {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : referencesIn(value),
  );
};

const resolve = (document: unknown, pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], document);

describe('what is generated from src/contract', () => {
  test.each([...files.keys()])('%s is committed as npm run generate writes it', (path) => {
    expect(committed(path)).toBe(files.get(path));
  });

  test('no schema is left over from a message that is gone', () => {
    expect(
      readdirSync(`${root}${schemasFolder}`)
        .map((name) => `${schemasFolder}/${name}`)
        .sort(),
    ).toEqual([...files.keys()].filter((path) => path.startsWith(schemasFolder)).sort());
  });

  test('is the same at every call', () => {
    expect([...generatedFiles()]).toEqual([...files]);
  });
});

describe('the AsyncAPI document', () => {
  const document: unknown = parse(committed('docs/contract/asyncapi.yaml'));
  const references = [...new Set(referencesIn(document))];

  test.each(references.filter((one) => one.startsWith('#/')))('%s points at something', (pointer) => {
    expect(resolve(document, pointer)).toBeDefined();
  });

  test('names a schema file for every message', () => {
    const schemas = references.filter((one) => one.startsWith('./')).map((one) => `docs/contract/${one.slice(2)}`);
    expect(schemas.every((path) => files.has(path))).toBe(true);
    expect(schemas).toHaveLength(Object.keys(messageTypes).length);
  });

  test('every channel that carries messages is used by an operation', () => {
    const { channels, operations } = document as Record<string, Record<string, { messages?: object }>>;
    const used = new Set(referencesIn(operations).map((one) => one.split('/')[2]));
    const carrying = Object.entries(channels ?? {}).filter(([, one]) => Object.keys(one.messages ?? {}).length > 0);
    const unused = carrying.map(([name]) => name).filter((name) => !used.has(name));
    expect(unused).toEqual([]);
  });
});

describe('a field of a published schema', () => {
  /** The path of every field that says nothing of itself. */
  const silentIn = (schema: Schema, path: string): string[] => [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
      ...(field.description === undefined ? [`${path}.${name}`] : []),
      ...silentIn(field, `${path}.${name}`),
    ]),
    ...[schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])].flatMap((inner) =>
      typeof inner === 'object' ? silentIn(inner, `${path}[]`) : [],
    ),
  ];

  test.each([...jsonSchemas()])('of %s says what it means', (_name, schema) => {
    expect(silentIn(schema, '')).toEqual([]);
  });
});
