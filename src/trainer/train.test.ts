import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { film, trainingData } from '../../test/support/criteria-data.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Item } from '../contract/item.ts';
import { decodeCatalogue } from '../criteria/catalogue.ts';
import { silentLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import type { ModelArtefact } from '../store/port.ts';
import { type ModelOrder, TrainingOrderError } from './model-order.ts';
import { publishCatalogue } from './publish.ts';
import { type TrainOptions, trainAll } from './train.ts';

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
      latest: async (name: string) => newest(name) ?? null,
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
/** Models named like the criteria they are made by. */
const orders = (settings: Record<string, Record<string, string>>): Record<string, ModelOrder> =>
  Object.fromEntries(Object.entries(settings).map(([name, one]) => [name, { criterion: name, settings: one }]));
const modelsOf = (published: readonly ModelArtefact[]) => published.filter((one) => one.name !== 'training-record');
const context = { clock: createFakeClock(Date.UTC(2026, 2, 4, 5, 6, 7, 89)), log: silentLog, metrics: noMetrics };

test('every model is published with its SHA-256 and a version that tells when', async () => {
  const { store, published } = world();
  const report = await trainAll({ ...context, store, orders: orders({ popularity: {}, history: { lambda: '1' } }) });
  expect(report).toMatchObject({ items: 4, events: 9 });
  expect(report.models.map((one) => [one.model, one.outcome])).toEqual([
    ['catalogue', 'published'],
    ['history', 'published'],
    ['popularity', 'published'],
  ]);
  for (const { bytes, sha256, version } of modelsOf(published)) {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(version).toBe(`20260304T050607Z-${sha256.slice(0, 8)}`);
  }
});

test('a model whose bytes did not change is not published again', async () => {
  const { store, published } = world();
  const options = { ...context, store, orders: orders({ genres: {}, popularity: {} }) };
  await trainAll(options);
  const again = await trainAll(options);
  expect(again.models.map((one) => one.outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  expect(modelsOf(published)).toHaveLength(3);
});

test('only what is named is fitted', async () => {
  const { store } = world();
  const report = await trainAll({
    ...context,
    store,
    orders: orders({ genres: {}, popularity: {} }),
    only: ['popularity'],
  });
  expect(report.models.map((one) => one.model)).toEqual(['popularity']);
});

test('fits that throw are reported, and what could be made is published', async () => {
  const { store } = world();
  const wanted = orders({ history: {}, popularity: {} });
  const broken = {
    ...store,
    feedback: { columns: async () => ({ ...(await store.feedback.columns()), users: null }) },
  };
  const report = await trainAll({ ...context, store: broken as unknown as TrainOptions['store'], orders: wanted });
  expect(report.models.map((one) => one.outcome)).toEqual(['published', 'failed', 'failed']);
});

test('criteria, settings and names that do not exist are all said at once, before anything is read', async () => {
  const store = new Proxy({} as TrainOptions['store'], {
    get: () => {
      throw new Error('the store was asked');
    },
  });
  const order = trainAll({ ...context, store, orders: orders({ taste: {}, genres: { depth: '3' } }), only: ['hiss'] });
  await expect(order).rejects.toThrow(TrainingOrderError);
  await expect(order).rejects.toThrow(
    /genres: setting depth: there is no such setting\..*No criterion taste is shipped\. No criterion hiss is in use\./,
  );
});

test('the event loop goes on turning while a model is fitted', async () => {
  const size = 600;
  const items = Array.from({ length: size }, (_, i) => film(String(i)));
  const many = Array.from(
    { length: size * 10 },
    (_, i) => [`u${i % size}`, String((i * 7 + (i % 13)) % size)] as const,
  );
  const { store } = fakeStore(items, many);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const report = await trainAll({ ...context, store, orders: orders({ history: {} }) });
  clearInterval(timer);
  const fitted = report.models.find((one) => one.model === 'history');
  expect(fitted?.outcome).toBe('published');
  expect(turns).toBeGreaterThan(20);
}, 60_000);

test('two Scorers of one criterion with settings of their own have models of their own', async () => {
  const { store, published } = world();
  const mild = { criterion: 'history', settings: { lambda: '1' } };
  const strict = { criterion: 'history', settings: { lambda: '100' } };
  await trainAll({ ...context, store, orders: { mild, strict } });
  const shaOf = (name: string) => published.find((one) => one.name === name)?.sha256;
  expect(shaOf('mild')).toBeDefined();
  expect(shaOf('strict')).not.toBe(shaOf('mild'));
});

test('a model on whose events too little changed is left as it is; other settings fit it again', async () => {
  const { store, published } = world();
  const options = { ...context, store, refit: { share: 0.01, maxAgeMs: 1_000 }, only: ['popularity', 'history'] };
  const outcomes = async (lambda: string) => {
    const report = await trainAll({ ...options, orders: orders({ popularity: {}, history: { lambda } }) });
    return report.models.map((one) => one.outcome);
  };
  expect(await outcomes('1')).toEqual(['published', 'published']);
  expect(await outcomes('1')).toEqual(['fresh', 'fresh']);
  expect(await outcomes('2')).toEqual(['published', 'fresh']);
  expect(modelsOf(published)).toHaveLength(3);
});

test('a warm fit begins from the model published before', async () => {
  const { store, published } = world();
  const order = (epochs: string) => orders({ factors: { dims: '2', epochs: '30', warmEpochs: epochs } });
  await trainAll({ ...context, store, orders: order('0') });
  const cold = await trainAll({ ...context, store, orders: order('0') });
  expect(cold.models.at(-1)?.outcome).toBe('unchanged');
  const warm = await trainAll({ ...context, store, orders: order('1') });
  expect(warm.models.at(-1)?.outcome).toBe('published');
  const sizes = published.filter((one) => one.name === 'factors').map((one) => one.bytes.byteLength);
  expect(new Set(sizes).size).toBe(1);
});

test('a fit that takes too long is ended and has failed, and the next one runs', async () => {
  const { store } = world();
  const clock = createFakeClock(0);
  const orderOf = orders({ history: {}, popularity: {} });
  let timers = 0;
  // The first limit is over at once, the second never comes.
  const setTimer = (delayMs: number, fire: () => void) => {
    if (timers++ > 0) return clock.setTimer(delayMs, fire);
    queueMicrotask(fire);
    return () => undefined;
  };
  const report = await trainAll({
    ...context,
    clock: { ...clock, setTimer },
    store,
    orders: orderOf,
    threads: 1,
    mostFitMs: 2_000,
  });
  expect(report.models).toMatchObject([
    { model: 'catalogue', outcome: 'published' },
    { model: 'history', outcome: 'failed', detail: 'not fitted within 2 s' },
    { model: 'popularity', outcome: 'published' },
  ]);
});

test('a signal stops the fit', async () => {
  const { store, published } = world();
  await trainAll({ ...context, store, orders: orders({ history: {} }), signal: AbortSignal.abort() });
  expect(published.map((one) => one.name)).toEqual(['catalogue']);
});

test('the catalogue is published alone, of all pages of items', async () => {
  const items = Array.from({ length: 5_001 }, (_, i) => film(String(i)));
  const { store, published } = fakeStore(items, []);
  expect(await publishCatalogue({ ...context, store })).toMatchObject({ model: 'catalogue', outcome: 'published' });
  expect(decodeCatalogue(published[0]?.bytes as Uint8Array).size).toBe(5_001);
});
