import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { z } from 'zod';
import { answerBatchSchema } from './answer.ts';
import { faultsOf } from './codec.ts';
import {
  aggregatorAnnouncementSchema,
  fleetSchema,
  forgottenSchema,
  intakeSchema,
  plansMessageSchema,
  plansWantedSchema,
} from './control.ts';
import { demandSchema } from './demand.ts';
import { partialBatchSchema } from './partial-batch.ts';
import { requestBatchSchema } from './request-batch.ts';

/** Golden messages, damaged at random: the published JSON Schemas must judge every one as the code does. */

const folder = fileURLToPath(new URL('../../docs/contract/', import.meta.url));
const read = (path: string): unknown => JSON.parse(readFileSync(`${folder}${path}`, 'utf8'));

const schemas: Readonly<Record<string, z.ZodType>> = {
  requests: requestBatchSchema,
  partials: partialBatchSchema,
  answers: answerBatchSchema,
  intake: intakeSchema,
  aggregator: aggregatorAnnouncementSchema,
  plans: plansMessageSchema,
  'plans-wanted': plansWantedSchema,
  fleet: fleetSchema,
  forgotten: forgottenSchema,
  demand: demandSchema,
};

/** What JSON Schema cannot say (docs/protocol.md lists it). */
const beyondSchema = /must have one length|must be as long as items|must point into labels|bytes as JSON/;

/** The paths of everything inside a message, and of places where something might be added. */
const pathsIn = (node: unknown, path: readonly string[] = []): (readonly string[])[] => {
  if (typeof node !== 'object' || node === null) return [path];
  const inner = Object.entries(node).flatMap(([key, value]) => pathsIn(value, [...path, key]));
  return [path, [...path, Array.isArray(node) ? String(node.length) : 'surplus'], ...inner];
};

const junk: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1,
  1.5,
  31,
  1e9,
  2 ** 53,
  1e300,
  '',
  'x',
  'X y',
  'ü',
  'a\u0007',
  'a'.repeat(129),
  '🎬'.repeat(65),
  'fresh',
  'late',
  [],
  [1],
  [''],
  ['a', 'b'],
  Array(1_001).fill(1),
  {},
  { a: 1 },
  { 'A b': 1 },
  { id: '1' },
];

/** A copy with one place replaced, or emptied. */
const damage = (node: unknown, path: readonly string[], value: unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = (Array.isArray(node) ? [...node] : { ...(node as object) }) as Record<string, unknown>;
  const changed = damage((node as Record<string, unknown>)[key], rest, value);
  if (changed === undefined && Array.isArray(node)) (copy as unknown as unknown[]).splice(Number(key), 1);
  else if (changed === undefined) delete copy[key];
  else copy[key] = changed;
  return copy;
};

const files = readdirSync(`${folder}golden`).filter((name) => name.endsWith('.json'));
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
const validators = new Map(
  Object.keys(schemas).map((name) => [name, ajv.compile(read(`schemas/${name}.v1.json`) as object)]),
);

describe('code and JSON Schema judge alike', () => {
  test.each(files)('%s, damaged in one or two places', (file) => {
    const name = file.split('.')[0] ?? '';
    const message = read(`golden/${file}`);
    const validate = validators.get(name);
    const schema = schemas[name];
    if (validate === undefined || schema === undefined) throw new RangeError(`no schema for ${file}`);
    const paths = pathsIn(message);
    const wound = fc.record({ path: fc.constantFrom(...paths), value: fc.constantFrom(...junk) });
    fc.assert(
      fc.property(fc.array(wound, { minLength: 1, maxLength: 2 }), (wounds) => {
        let damaged = message;
        for (const { path, value } of wounds) {
          const reached = path
            .slice(0, -1)
            .reduce<unknown>((node, key) => (node as Record<string, unknown> | null)?.[key], damaged);
          if (path.length === 0 || (typeof reached === 'object' && reached !== null))
            damaged = damage(damaged, path, value);
        }
        if (damaged === undefined) return;
        const { error } = schema.safeParse(damaged);
        const faults =
          error === undefined
            ? []
            : faultsOf(error)
                .split('; ')
                .filter((one) => !beyondSchema.test(one));
        expect({ takes: validate(damaged), damaged }).toEqual({ takes: faults.length === 0, damaged });
      }),
      { numRuns: 400 },
    );
  });
});
