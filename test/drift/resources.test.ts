import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { crds } from '../../scripts/crd.ts';
import { promisedLines } from '../../scripts/resource-fields.ts';
import { structuralSchema } from '../../scripts/structural-schema.ts';
import { withRules } from '../../src/contract/resource-rules.ts';
import { resourceSchema } from '../../src/contract/resources.ts';
import { createNames, scorerTopology } from '../../src/contract/topology.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('resources only grow', () => {
  const published = read('test/drift/resource-fields.txt').trim().split('\n');
  const now = promisedLines();

  test('no field, value or freedom to leave one out is taken back', () => {
    expect(published.filter((line) => !now.includes(line))).toEqual([]);
  });

  test('what is new is in the list (node scripts/resource-fields.ts)', () => {
    expect(now.filter((line) => !published.includes(line))).toEqual([]);
  });
});

describe('docs/resources.md', () => {
  const examples = [...read('docs/resources.md').matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);

  test('has examples of both kinds, and each is a good resource', () => {
    const kinds = examples.map((text) => resourceSchema.parse(parse(text)).kind);
    expect(kinds).toEqual(['Scorer', 'Scorer', 'Recommender']);
  });
});

describe('what is shipped as YAML', () => {
  const yamlFiles = (folder: string): string[] =>
    readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml') && !path.includes('node_modules'))
      .map((path) => `${folder}/${path}`);

  test.each([...yamlFiles('k8s/samples'), ...yamlFiles('examples')])('%s holds good resources', (path) => {
    const values = parseAllDocuments(read(path)).map((document) => document.toJS() as { apiVersion: string });
    const ours = values.filter((value) => value.apiVersion.startsWith('medley.dev/'));
    expect(ours.flatMap((value) => resourceSchema.safeParse(value).error?.issues ?? [])).toEqual([]);
    expect(ours.length).toBeGreaterThan(0);
  });
});

test('the queues of a Scorer that says nothing of them are those that are declared without one', () => {
  const scorer = resourceSchema.parse({ apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name: 'a' } });
  if (scorer.kind !== 'Scorer') throw new Error('no Scorer');
  const [interactive, durable] = scorerTopology(createNames(), 'a').queues;
  const { maxMessages, maxBytes, durableDeliveryLimit } = scorer.spec.queue;
  expect(interactive).toMatchObject({ maxMessages, maxBytes });
  expect(durable).toMatchObject({ deliveryLimit: durableDeliveryLimit });
});

describe('structural schemas', () => {
  const cases: readonly [name: string, schema: z.ZodType, fault: RegExp][] = [
    ['a union', z.union([z.int(), z.string().max(3)]), /x: structural schemas hold no unions/],
    ['null', z.strictObject({ a: z.int().nullable() }), /x\.a: structural schemas hold no unions/],
    ['anything', z.strictObject({ a: z.unknown() }), /x\.a: structural schemas hold no unions, and one type each/],
    ['a text without an end', z.strictObject({ a: z.string() }), /x\.a: a string without an upper bound/],
    ['a list without an end', z.array(z.int()), /x: a array without an upper bound/],
    ['a map without an end', z.record(z.string(), z.int()), /x: a object without an upper bound/],
    ['a text without an end in a list', z.array(z.string()).max(3), /x\[\]: a string without an upper bound/],
  ];
  test.each(cases)('%s can not be one', (_, schema, fault) => {
    expect(() => structuralSchema(schema, 'x')).toThrow(fault);
  });

  test('a rule is CEL with its sentence, and a regular expression becomes one', () => {
    const name = z
      .string()
      .max(5)
      .regex(/^[a-z]+$/, 'must be letters');
    const rule = { sentence: 'b must be there', cel: 'has(self.b)', field: ['b'], holds: () => true };
    const schema = withRules(z.strictObject({ a: name, b: name.optional() }), [rule]);
    expect(structuralSchema(schema, 'x')).toEqual({
      type: 'object',
      required: ['a'],
      'x-kubernetes-validations': [{ rule: 'has(self.b)', message: 'b must be there', fieldPath: '.b' }],
      properties: Object.fromEntries(
        ['a', 'b'].map((key) => [
          key,
          {
            ...{ type: 'string', maxLength: 5 },
            'x-kubernetes-validations': [{ rule: 'self.matches("^[a-z]+$")', message: 'must be letters' }],
          },
        ]),
      ),
    });
  });

  test('a default of nothing holds the defaults below it, since it is judged before they are filled in', () => {
    const inner = z.strictObject({ c: z.int().default(3), d: z.int().optional() });
    const schema = z.strictObject({ a: z.int().default(1), b: inner.prefault({}) }).prefault({});
    expect(structuralSchema(schema, 'x').default).toEqual({ a: 1, b: { c: 3 } });
  });

  test('bounds no number reaches are left out', () => {
    expect(structuralSchema(z.int(), 'x')).toEqual({ type: 'integer' });
  });
});

test('every rule of the CRDs has a sentence that fits one line', () => {
  for (const text of crds().values()) {
    const messages = [...text.matchAll(/- rule: .*\n\s+message: (.*)/g)].map(([, message = '']) => message);
    expect(messages.length).toBeGreaterThan(5);
    expect(messages.filter((message) => message.length < 15 || message.length > 120)).toEqual([]);
  }
  expect(parseAllDocuments([...crds().values()].join('---\n'))).toHaveLength(2);
});
