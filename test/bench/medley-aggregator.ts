import { startAggregator } from '../../src/aggregator/start-aggregator.ts';
import { createPlanBook } from '../../src/scatter/plan-book.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { readSettings, serveAsChild } from './child.ts';
import { benchPlan } from './medley-plan.ts';
import { createParts } from './medley-process.ts';

/** The one aggregator of Medley, with an empty catalogue. */
const settings = readSettings();
const parts = await createParts('aggregator', settings);
const { clock, log, broker } = parts;
const store = await createSqliteStore({ path: ':memory:', clock, log });
const aggregator = await startAggregator({
  ...parts,
  ordinal: 0,
  plans: createPlanBook([benchPlan()]),
  store,
});

serveAsChild(async () => {
  await aggregator.stop();
  await broker.close();
  await store.close();
});
