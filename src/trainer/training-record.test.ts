import { expect, test } from '@jest/globals';
import type { ModelArtefact } from '../store/port.ts';
import { isFresh, orderKey, readRecords, writeRecords } from './training-record.ts';

const record = { order: 'o', events: 1_000, fittedAtMs: 5_000 };
const bounds = { share: 0.01, maxAgeMs: 1_000 };

test.each([
  ['nothing happened', { order: 'o', events: 1_000, nowMs: 5_500 }, true],
  ['less than a hundredth came', { order: 'o', events: 1_009, nowMs: 5_500 }, true],
  ['a hundredth came', { order: 'o', events: 1_010, nowMs: 5_500 }, false],
  ['a hundredth was deleted', { order: 'o', events: 990, nowMs: 5_500 }, false],
  ['other settings', { order: 'p', events: 1_000, nowMs: 5_500 }, false],
  ['it is too old', { order: 'o', events: 1_000, nowMs: 6_001 }, false],
])('%s: fresh is %p', (_, now, expected) => {
  expect(isFresh(record, now, bounds)).toBe(expected);
});

test('a share of 0 never spares a fit, nor does a model without record', () => {
  expect(isFresh(record, { order: 'o', events: 1_000, nowMs: 5_000 }, { ...bounds, share: 0 })).toBe(false);
  expect(isFresh(undefined, { order: 'o', events: 1_000, nowMs: 5_000 }, bounds)).toBe(false);
});

test('the order of the settings does not matter, nor does what is said that holds anyway; their values do', () => {
  const key = (settings: Record<string, string>) => orderKey({ criterion: 'history', settings });
  expect(key({ lambda: '10', links: '20' })).toBe(key({ links: '20', lambda: '10' }));
  expect(key({ lambda: '300.0' })).toBe(key({}));
  expect(key({ lambda: '10' })).not.toBe(key({ lambda: '11' }));
});

test('another default makes another model: the defaults are part of what is kept', () => {
  expect(JSON.parse(orderKey({ criterion: 'history', settings: {} }))).toMatchObject(['history', { lambda: 300 }]);
});

test('records are read as they were written; bytes of another kind are none', async () => {
  let stored: ModelArtefact | null = null;
  const models = {
    publish: async (model: ModelArtefact) => {
      stored = model;
    },
    latest: async () => stored,
  };
  expect(await readRecords(models)).toEqual(new Map());
  await writeRecords(models, new Map([['history', record]]));
  expect(await readRecords(models)).toEqual(new Map([['history', record]]));
  stored = { name: 'training-record', version: '1', sha256: '', bytes: new Uint8Array(40) };
  expect(await readRecords(models)).toEqual(new Map());
});
