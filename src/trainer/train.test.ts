import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { film, trainingData } from '../../test/support/criteria-data.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Item } from '../contract/item.ts';
import { decodeCatalogue } from '../criteria/catalogue.ts';
import { silentLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import type { ModelArtefact } from '../store/port.ts';
import { publishCatalogue } from './publish.ts';
import { TrainingOrderError, type TrainOptions, trainAll } from './train.ts';

const fakeStore = (items: Item[], watches: Parameters<typeof trainingData>[1]) => {
  const published: ModelArtefact[] = [];
  const newest = (name: string) => published.findLast((one) => one.name === name);
  const store = {
    items: {
      list: async ({ after, limit }: { after?: string; limit: number }) =>
        items
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .filter((item) => after === undefined || item.id > after)
          .slice(0, limit),
    },
    feedback: { columns: async () => trainingData(items, watches).events },
    models: {
      publish: async (model: ModelArtefact) => void published.push(model),
      latestVersion: async (name: string) => {
        const model = newest(name);
        return model === undefined ? null : { ...model, bytes: model.bytes.byteLength };
      },
    },
  } as unknown as TrainOptions['store'];
  return { store, published, items };
};

const watches = ['a', 'b', 'c'].flatMap((user) => ['1', '2', '3'].map((id) => [user, id] as const));
const world = () =>
  fakeStore(
    ['1', '2', '3', '4'].map((id) => film(id)),
    watches,
  );
const context = { clock: createFakeClock(Date.UTC(2026, 2, 4, 5, 6, 7, 89)), log: silentLog, metrics: noMetrics };

test('every model is published with its SHA-256 and a version that tells when', async () => {
  const { store, published } = world();
  const report = await trainAll({ ...context, store, criteria: { popularity: {}, history: { lambda: '1' } } });
  expect(report).toMatchObject({ items: 4, events: 9 });
  expect(report.models.map((one) => [one.model, one.outcome])).toEqual([
    ['catalogue', 'published'],
    ['history', 'published'],
    ['popularity', 'published'],
  ]);
  for (const { bytes, sha256, version } of published) {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(version).toBe(`20260304T050607Z-${sha256.slice(0, 8)}`);
  }
});

test('a model whose bytes did not change is not published again', async () => {
  const { store, published } = world();
  const options = { ...context, store, criteria: { genres: {}, popularity: {} } };
  await trainAll(options);
  const again = await trainAll(options);
  expect(again.models.map((one) => one.outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  expect(published).toHaveLength(3);
});

test('only what is named is fitted', async () => {
  const { store } = world();
  const report = await trainAll({ ...context, store, criteria: { genres: {}, popularity: {} }, only: ['popularity'] });
  expect(report.models.map((one) => one.model)).toEqual(['popularity']);
});

test('fits that throw are reported, and what could be made is published', async () => {
  const { store } = world();
  const criteria = { history: {}, popularity: {} };
  const broken = { ...store, feedback: { columns: async () => ({ ...(await store.feedback.columns()), atMs: null }) } };
  const report = await trainAll({ ...context, store: broken as unknown as TrainOptions['store'], criteria });
  expect(report.models.map((one) => one.outcome)).toEqual(['published', 'failed', 'failed']);
});

test('criteria, settings and names that do not exist are all said at once, before anything is read', async () => {
  const store = new Proxy({} as TrainOptions['store'], {
    get: () => {
      throw new Error('the store was asked');
    },
  });
  const order = trainAll({ ...context, store, criteria: { taste: {}, genres: { depth: '3' } }, only: ['hiss'] });
  await expect(order).rejects.toThrow(TrainingOrderError);
  await expect(order).rejects.toThrow(
    /genres: setting depth: there is no such setting\..*No criterion taste is shipped\. No criterion hiss is in use\./,
  );
});

test('the event loop goes on turning while a model is fitted', async () => {
  const size = 900;
  const items = Array.from({ length: size }, (_, i) => film(String(i)));
  const many = Array.from(
    { length: size * 10 },
    (_, i) => [`u${i % size}`, String((i * 7 + (i % 13)) % size)] as const,
  );
  const { store } = fakeStore(items, many);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const report = await trainAll({ ...context, store, criteria: { history: {} } });
  clearInterval(timer);
  const fitted = report.models.find((one) => one.model === 'history');
  expect(fitted?.outcome).toBe('published');
  expect(turns).toBeGreaterThan(20);
});

test('a signal stops the fit', async () => {
  const { store, published } = world();
  await trainAll({ ...context, store, criteria: { history: {} }, signal: AbortSignal.abort() });
  expect(published.map((one) => one.name)).toEqual(['catalogue']);
});

test('the catalogue is published alone, of all pages of items', async () => {
  const items = Array.from({ length: 5_001 }, (_, i) => film(String(i)));
  const { store, published } = fakeStore(items, []);
  expect(await publishCatalogue({ ...context, store })).toMatchObject({ model: 'catalogue', outcome: 'published' });
  expect(decodeCatalogue(published[0]?.bytes as Uint8Array).size).toBe(5_001);
});
