import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { createQuietTerminal } from '../../test/support/quiet-terminal.ts';
import { film, watch } from '../../test/support/store-fixtures.ts';
import { until } from '../../test/support/until.ts';
import { apiVersion, type ScorerResource, scorerSchema } from '../contract/resources.ts';
import { catalogueModel } from '../criteria/catalogue.ts';
import { silentLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import type { Store } from '../store/port.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';
import { describeTraining, implementationOf, keepTrained, trainingOrder, unshippedFault } from './keep-trained.ts';
import { trainModels } from './train-models.ts';

const scorer = (name: string, spec: object = {}): ScorerResource =>
  scorerSchema.parse({ apiVersion, kind: 'Scorer', metadata: { name }, spec });

let clock: FakeClock;
let store: Store;
let errors: unknown[];
const terminal = createQuietTerminal();

beforeEach(async () => {
  clock = createFakeClock();
  store = await createSqliteStore({ path: ':memory:', clock, log: silentLog });
  await store.items.put([film('1'), film('2')]);
  await store.feedback.add([watch('a', '1', clock.nowMs() - 1_000)]);
  errors = [];
  terminal.said.length = 0;
});
afterEach(() => store.close());

const contextOf = (scorers: readonly ScorerResource[]) => ({
  store,
  scorers,
  clock,
  metrics: noMetrics,
  log: { ...silentLog, error: (fields: unknown) => void errors.push(fields) },
  terminal,
});
const versionOf = async (model: string) => (await store.models.latestVersion(model))?.version ?? null;

describe('what runs on one machine', () => {
  test.each([
    [scorer('history'), null],
    [scorer('mine', { command: ['./mine'] }), null],
    [scorer('mine', { image: 'mine:1', command: ['./mine'] }), null],
    [scorer('history', { image: 'mine:1' }), /^Scorer history runs an image, which takes a cluster; set spec\.command/],
    [scorer('mood'), /^Scorer mood: no criterion mood is shipped; set spec\.implementation or spec\.command$/],
  ])('%#: a Scorer of its own runs where it names what to run', (one, fault) => {
    if (fault === null) expect(unshippedFault(one)).toBeNull();
    else expect(unshippedFault(one)).toMatch(fault);
  });
});

describe('what is trained', () => {
  test('is a model for each Scorer that runs a shipped criterion, and none for programs of somebody’s own', () => {
    const order = trainingOrder([
      scorer('popularity'),
      scorer('new-ones', { implementation: 'popularity', settings: { halfLifeDays: '7' } }),
      scorer('own', { command: ['./own'] }),
      scorer('image', { criterion: 'genres', image: 'mine:1' }),
      scorer('nobody-ships-this'),
    ]);
    expect(order).toEqual({
      popularity: { criterion: 'popularity', settings: {} },
      'new-ones': { criterion: 'popularity', settings: { halfLifeDays: '7' } },
    });
  });

  test.each([
    [scorer('history'), 'history'],
    [scorer('mine', { criterion: 'genres' }), 'genres'],
    [scorer('mine', { criterion: 'taste', implementation: 'genres' }), 'genres'],
  ])('the implementation of a Scorer is its own, else its criterion', (one, implementation) => {
    expect(implementationOf(one)).toBe(implementation);
  });

  test('is told in one line, failures with their reason', () => {
    const published = {
      outcome: 'published',
      version: 'v',
      sha256: '',
      bytes: 1,
      fitSeconds: 0,
      peakRssBytes: null,
    } as const;
    const models = [
      { ...published, model: 'genres' },
      { model: 'history', outcome: 'failed', detail: 'no memory' },
    ] as const;
    expect(describeTraining({ items: 1, events: 12_345, models, totalSeconds: 0.94 })).toBe(
      'trained genres on 12,345 events in 0.9 s; history failed: no memory',
    );
  });
});

describe('keeping models up to date', () => {
  test('begins with all of them, and says so', async () => {
    const kept = await keepTrained(contextOf([scorer('popularity')]));
    expect(await versionOf('popularity')).not.toBeNull();
    expect(await versionOf(catalogueModel)).not.toBeNull();
    expect(terminal.said).toEqual([expect.stringMatching(/^trained catalogue, popularity on 1 events in /)]);
    await kept.stop();
  }, 30_000);

  test('publishes a changed catalogue within seconds, and fits nothing for it', async () => {
    const kept = await keepTrained(contextOf([scorer('popularity')]));
    const [catalogue, popularity] = [await versionOf(catalogueModel), await versionOf('popularity')];
    await store.items.put([film('3')]);
    clock.advance(2_000);
    await until('the catalogue is published', async () => (await versionOf(catalogueModel)) !== catalogue);
    expect(await versionOf('popularity')).toBe(popularity);
    await kept.stop();
  }, 30_000);

  test('fits again after an hour, where there are new events', async () => {
    const kept = await keepTrained(contextOf([scorer('popularity')]));
    const before = await versionOf('popularity');
    await store.feedback.add([watch('a', '2', clock.nowMs()), watch('b', '2', clock.nowMs())]);
    clock.advance(2_000);
    await until('it looks again later', () => clock.pendingTimers() > 0);
    expect(await versionOf('popularity')).toBe(before);
    clock.advance(3_600_000);
    await until('the model is new', async () => (await versionOf('popularity')) !== before);
    await kept.stop();
  }, 30_000);

  test('outlives a store that does not answer: it logs, keeps the models and looks again', async () => {
    const context = contextOf([scorer('popularity')]);
    const version = store.items.version;
    const kept = await keepTrained(context);
    store.items.version = () => Promise.reject(new Error('gone'));
    clock.advance(2_000);
    await until('it is logged', () => errors.length === 1);
    store.items.version = version;
    await until('it is set to look again', () => clock.pendingTimers() > 0);
    await kept.stop();
    expect(clock.pendingTimers()).toBe(0);
  }, 30_000);

  test('does nothing where every Scorer is somebody’s own', async () => {
    const kept = await keepTrained(contextOf([scorer('own', { command: ['./own'] })]));
    expect(clock.pendingTimers()).toBe(0);
    expect(terminal.said).toEqual([]);
    await kept.stop();
  });

  test('a setting that can’t be used is told before anything is trained', async () => {
    const bad = scorer('popularity', { settings: { halfLifeDays: 'long' } });
    await expect(keepTrained(contextOf([bad]))).rejects.toThrow(/^The Scorers:\n {2}- .*halfLifeDays/s);
  });
});

describe('medley train', () => {
  test('shows a table with a line for each model', async () => {
    expect(await trainModels(contextOf([scorer('popularity')]), [])).toBe(true);
    const [head, catalogue, popularity] = (terminal.said[0] ?? '').split('\n');
    expect(head).toMatch(/^model +outcome +version +seconds +MiB$/);
    expect(catalogue).toMatch(/^catalogue +published +\d{8}T\d{6}Z-\w{8} +0\.\d +0\.0$/);
    expect(popularity).toMatch(/^popularity +published /);
    expect(terminal.said[0]).toMatch(/\n\n2 items and 1 events in \d+\.\d s, at most [\d,]+ MiB held$/);
  }, 30_000);

  test('fits only the models that are named', async () => {
    await trainModels(contextOf([scorer('popularity'), scorer('genres')]), ['genres']);
    expect(await versionOf('popularity')).toBeNull();
    expect(await versionOf('genres')).not.toBeNull();
  }, 30_000);

  test('refuses a model that no Scorer needs, and names those there are', async () => {
    await expect(trainModels(contextOf([scorer('popularity')]), ['history'])).rejects.toThrow(
      'history is none of catalogue, popularity',
    );
  });
});
