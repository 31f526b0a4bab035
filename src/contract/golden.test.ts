import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  type Decoded,
  decodeAnnouncement,
  decodeAnswers,
  decodeDemand,
  decodeFleet,
  decodeForgotten,
  decodeIntake,
  decodePartials,
  decodePlans,
  decodePlansWanted,
  decodeRequests,
} from './codec.ts';
import { messageTypes } from './control.ts';

/** The golden files are what a foreign implementation tests itself with: codec and JSON Schema must agree on each. */

const folder = fileURLToPath(new URL('../../docs/contract/', import.meta.url));
const read = (path: string): string => readFileSync(`${folder}${path}`, 'utf8');
const jsonFiles = (path: string): readonly string[] =>
  readdirSync(`${folder}${path}`).filter((name) => name.endsWith('.json'));

const decoders: Readonly<Record<string, (received: { type: string; body: Buffer }) => Decoded<unknown>>> = {
  requests: decodeRequests,
  partials: decodePartials,
  answers: decodeAnswers,
  intake: decodeIntake,
  aggregator: decodeAnnouncement,
  plans: decodePlans,
  'plans-wanted': decodePlansWanted,
  fleet: decodeFleet,
  forgotten: decodeForgotten,
  demand: decodeDemand,
};

/** `requests.durable.json` → `requests` */
const messageOf = (file: string): string => file.split('.')[0] ?? '';
const typeOf = (file: string): string => `medley.${messageOf(file)}.v1`;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
const validators = new Map(
  Object.values(messageTypes).map((type) => [
    type as string,
    ajv.compile(JSON.parse(read(`schemas/${type.replace('medley.', '')}.json`)) as object),
  ]),
);
const schemaTakes = (type: string, body: unknown): boolean => {
  const validate = validators.get(type);
  if (validate === undefined) throw new RangeError(`no schema for ${type}`);
  return validate(body) as boolean;
};

const decode = (file: string, type: string, text: string): Decoded<unknown> => {
  const decoder = decoders[messageOf(file)];
  if (decoder === undefined) throw new RangeError(`no decoder for ${file}`);
  return decoder({ type, body: Buffer.from(text) });
};

interface BadExample {
  type: string;
  /** The sentence the codec gives, of each bad part. */
  reason: string;
  /** Batches whose envelope is good: how many parts live. */
  survivors?: number;
  /** `accepts`: only a rule beyond JSON Schema is broken (or the `type` property, which is no part of the body). */
  schema?: 'refuses' | 'accepts';
  body?: unknown;
  /** Instead of a body: bytes that are not JSON. */
  text?: string;
}

describe('good examples', () => {
  const files = jsonFiles('golden');

  test.each(files)('%s is decoded whole and taken by its schema', (file) => {
    const body: unknown = JSON.parse(read(`golden/${file}`));
    const decoded = decode(file, typeOf(file), JSON.stringify(body));
    // What a later release adds is taken and left out.
    const wholly = file.includes('.later-field.') ? {} : { value: body };
    expect(decoded).toMatchObject({ ok: true, ...wholly, bad: [] });
    expect(schemaTakes(typeOf(file), body)).toBe(true);
  });

  test('there is one of every message', () => {
    expect([...new Set(files.map(typeOf))].sort()).toEqual(Object.values(messageTypes).sort());
  });
});

describe('bad examples', () => {
  const files = jsonFiles('golden/bad');

  test.each(files)('%s is refused with its reason', (file) => {
    const example = JSON.parse(read(`golden/bad/${file}`)) as BadExample;
    const decoded = decode(file, example.type, example.text ?? JSON.stringify(example.body));
    if (example.survivors === undefined) expect(decoded).toEqual({ ok: false, reason: example.reason });
    else {
      expect(decoded.ok && decoded.bad.map((part) => part.reason)).toEqual([example.reason]);
      expect(decoded.ok && (decoded.value as Record<string, unknown>)[messageOf(file)]).toHaveLength(example.survivors);
    }
    if (example.text === undefined) expect(schemaTakes(typeOf(file), example.body)).toBe(example.schema === 'accepts');
  });

  test('there is one of every message', () => {
    expect([...new Set(files.map(typeOf))].sort()).toEqual(Object.values(messageTypes).sort());
  });

  test('what the schemas cannot say is this and no more', () => {
    const beyond = files.filter((file) => (JSON.parse(read(`golden/bad/${file}`)) as BadExample).schema === 'accepts');
    expect(beyond).toEqual([
      'partials.because-points-nowhere.json',
      'partials.because-shorter.json',
      'partials.scores-shorter.json',
      'requests.context-too-deep.json',
      'requests.profile-lengths.json',
      'requests.unknown-version.json',
    ]);
  });
});
