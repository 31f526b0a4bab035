import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { partialSchema } from './partial-batch.ts';
import { isOrdinaryPartial, isOrdinaryRequest } from './quick-check.ts';
import { scoringRequestSchema } from './request-batch.ts';

type Fields = Record<string, unknown>;

const folder = new URL('../../docs/contract/golden/', import.meta.url);
const goldenParts = (kind: 'requests' | 'partials'): Fields[] =>
  readdirSync(folder)
    .filter((file) => file.startsWith(`${kind}.`))
    .flatMap(
      (file) => (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, Fields[]>)[kind] ?? [],
    );

const request: Fields = {
  id: '0123456789abcdef0123456789abcdef',
  recommender: 'home',
  subject: { kind: 'user', id: '17' },
  k: 10,
  profile: { items: ['1', '2'], weights: [1, -1], atMs: [2, 1] },
  dropProfile: true,
  seen: ['3'],
  include: [],
  candidates: ['4', '5'],
  explain: true,
  deadlineAtMs: 1_700_000_000_300.5,
  remainingMs: 299.25,
  round: 0,
  mask: 15,
  topN: 100,
  planVersion: 3,
  skipped: {},
};
const partial: Fields = {
  id: '0123456789abcdef0123456789abcdef',
  round: 1,
  subject: 'user:17',
  deadlineAtMs: 1_700_000_000_300,
  outcome: 'scored',
  items: ['7', '8'],
  scores: [0.5, -0.25],
  floor: -1,
  because: [0, -1],
  labels: ['Alien'],
  reason: 'because you watched {}',
  waitMs: 0.5,
  serviceMs: 0,
};

/** Values that sit at or beyond some bound of some field. */
const awkward = fc.oneof(
  fc.constantFrom<unknown>(null, true, 'x', '', 'scored', 'failed', 'user', -1, 0, 1, 1.5, 1e300, -0, [], {}, [null]),
  fc.constantFrom<unknown>(Infinity, 0x40000000, 2 ** 53, 8.65e15, 'home-', 'Home', 'a'.repeat(64), 'a'.repeat(129)),
  fc.constantFrom<unknown>('\u0000', '\u007f', '😀'.repeat(100), [''], ['a'.repeat(129)], [1], [Infinity], ['7', '8']),
  fc.constantFrom<unknown>([0, 1], [-1, -2], [0.5, 0], ['1', '2', '3'], { kind: 'user', id: '' }, { a: 'full' }),
  fc.jsonValue(),
);
const path = (fields: Fields) =>
  fc.constantFrom(
    ...Object.keys(fields),
    ...[
      'subject.kind',
      'subject.id',
      'subject.more',
      'profile.items',
      'profile.weights',
      'profile.atMs',
      'profile.more',
    ],
    ...['filters', 'weights', 'variant', 'context', 'detail', 'colour', '__proto__', 'constructor', 'toString'],
  );
type Change = [path: string, value: unknown, gone: boolean];
const changes = (fields: Fields) => fc.array(fc.tuple(path(fields), awkward, fc.boolean()), { maxLength: 2 });

const withChanges = (fields: Fields, list: readonly Change[]): unknown => {
  const copy = structuredClone(fields);
  for (const [at, value, gone] of list) {
    const [outer = '', inner] = at.split('.');
    const target = inner === undefined ? copy : copy[outer];
    if (typeof target !== 'object' || target === null) continue;
    const key = inner ?? outer;
    if (gone) Reflect.deleteProperty(target, key);
    else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
};

describe.each([
  { kind: 'requests', whole: request, schema: scoringRequestSchema, isOrdinary: isOrdinaryRequest },
  { kind: 'partials', whole: partial, schema: partialSchema, isOrdinary: isOrdinaryPartial },
] as const)('$kind', ({ kind, whole, schema, isOrdinary }) => {
  test('one with every ordinary field is ordinary', () => {
    expect(isOrdinary(whole)).toBe(true);
  });

  test('some golden ones are ordinary, so that the quick way is not an empty promise', () => {
    expect(goldenParts(kind).filter((part) => isOrdinary(part)).length).toBeGreaterThan(0);
  });

  test('whatever is called ordinary, its schema takes, and leaves as it is', () => {
    let ordinary = 0;
    fc.assert(
      fc.property(changes(whole), (list) => {
        const part = withChanges(whole, list);
        if (!isOrdinary(part)) return;
        ordinary += 1;
        const result = schema.safeParse(part);
        expect(result.error?.issues ?? []).toEqual([]);
        expect(result.data).toEqual(part);
      }),
      { numRuns: 5_000 },
    );
    expect(ordinary).toBeGreaterThan(500);
  });

  test.each([null, 7, 'text', [], {}])('%j is left to the schema', (part) => {
    expect(isOrdinary(part)).toBe(false);
  });
});
