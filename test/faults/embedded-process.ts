/** All roles in one process on the in-process broker, as `npm start` runs them, with test scorers; forked by embedded-scene.ts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/cli/up-embedded.ts';
import { criterionOf } from '../../src/contract/resources.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { createMetrics } from '../../src/runtime/metrics.ts';
import { run } from '../../src/runtime/run.ts';
import type { ScorerSource } from '../../src/scorer/options.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { createTestScorer } from './test-scorer.ts';
import { resolveWorldPlans, type WorldOptions, worldItems, worldScorers } from './world-plans.ts';

const options = JSON.parse(process.argv[2] ?? '') as WorldOptions & { port: number; internalPort: number };
process.on('disconnect', () => process.exit(1));

const sourceOf = (criterion: string): ScorerSource => {
  const { delayMs, kind } = options.scorers[criterion] ?? { delayMs: 0, kind: 'sleep' as const };
  const settings = { delayMs, kind, journal: null };
  if (kind === 'sleep') return { kind: 'inline', definition: createTestScorer(settings) };
  const url = new URL('./test-scorer.ts', import.meta.url);
  return { kind: 'module', url, export: 'createTestScorer', args: [settings] };
};

const folder = await mkdtemp(join(tmpdir(), 'medley-embedded-'));
await run({ log: silentLog }, async (scope) => {
  scope.defer('folder', () => rm(folder, { recursive: true, force: true }));
  const shared = { clock: systemClock, log: silentLog };
  const store = await createSqliteStore({ path: join(folder, 'store.sqlite'), ...shared });
  scope.defer('store', () => store.close());
  await store.items.put(worldItems);
  const { port, internalPort } = options;
  await startEmbedded({
    ...{ ...shared, store, scope, port, internalPort, host: '127.0.0.1' },
    metrics: createMetrics({ processMetrics: true }),
    resources: { scorers: worldScorers(options), recommenders: [], folders: new Map() },
    plans: resolveWorldPlans(options),
    sourceOf: (scorer) => sourceOf(criterionOf(scorer)),
  });
  process.send?.('ready');
});
