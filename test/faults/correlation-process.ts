/** Correlation under fire, in a process of its own with --expose-gc; prints what it found as one line of JSON. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAggregator } from '../../src/aggregator/start-aggregator.ts';
import { createMemoryHub } from '../../src/broker/memory-hub.ts';
import { recommendationRequestSchema } from '../../src/contract/http.ts';
import { coreTopology, createNames } from '../../src/contract/topology.ts';
import { defaultSettings } from '../../src/gateway/settings.ts';
import { startGateway } from '../../src/gateway/start-gateway.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { createMetrics } from '../../src/runtime/metrics.ts';
import { createPlanBook } from '../../src/scatter/plan-book.ts';
import { createServiceTimes } from '../../src/scatter/service-times.ts';
import { startScorer } from '../../src/scorer/host.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { verdictOf } from './answer-verdict.ts';
import type { CorrelationFound } from './correlation.ts';
import { type Interference, interferingBroker, overtakenBroker } from './interference.ts';
import { listFor } from './test-scorer.ts';
import { resolveWorldPlans } from './world-plans.ts';

const [requests = 100_000, warmUp = 30_000] = process.argv.slice(2).map(Number);
const deadlineMs = 1_000;
/** Fewer than usual, so that the warm-up fills that memory of closed requests too. */
const rememberedIds = 5_000;
const callers = 200;
const users = 1_000;
const criteria = ['red', 'green', 'blue'];
const shares: Readonly<Record<Interference, number>> = {
  ...{ duplicate: 0.2, foreign: 0.2, unknown: 0.2, stranger: 0.1, 'wrong-round': 0.1, 'repeated-late': 0.1 },
  late: 0.004,
};

const names = createNames('correlation');
const metrics = createMetrics({ processMetrics: false });
const shared = { names, clock: systemClock, log: silentLog, metrics };
const hub = createMemoryHub(shared);
const store = await createSqliteStore({ path: ':memory:', ...shared });
const scorer = { delayMs: 0, kind: 'sleep' as const, replicas: 1, concurrency: 64 };
const plans = resolveWorldPlans({
  scorers: Object.fromEntries(criteria.map((criterion) => [criterion, scorer])),
  recommenders: { home: { deadlineMs, criteria: criteria.map((criterion) => ({ criterion, weight: 1 })) } },
});
await hub.connect('admin').declare(coreTopology(names));

const injected: Partial<Record<Interference, number>> = {};
const company = {
  shares,
  lateMs: deadlineMs + 200,
  random: Math.random,
  onDone: (kind: Interference, partials: number) => {
    injected[kind] = (injected[kind] ?? 0) + partials;
  },
  setTimer: (delayMs: number, fire: () => void) => setTimeout(fire, delayMs),
};
for (const criterion of criteria) {
  await startScorer({
    ...shared,
    ...{ broker: interferingBroker(hub.connect(criterion), company), criterion, process: criterion },
    ...{ source: { kind: 'inline', definition: { needs: [], load: () => null, score: listFor } }, models: null },
    concurrency: scorer.concurrency,
  });
}
const aggregators = await Promise.all(
  [0, 1].map((ordinal) => {
    const process = `aggregator-${ordinal}`;
    const broker = overtakenBroker(hub.connect(process), { share: 0.05, byMs: 20, random: Math.random });
    const parts = { ...shared, broker, process, ordinal, store, plans: createPlanBook(plans) };
    return startAggregator({ ...parts, settings: { maxClosedGroups: rememberedIds } });
  }),
);
const gateway = await startGateway({
  ...{ ...shared, broker: hub.connect('gateway'), store, process: 'gateway', plans: createPlanBook(plans) },
  serviceTimes: createServiceTimes(),
  randomId: () => randomBytes(16).toString('hex'),
  settings: { ...defaultSettings, port: 0, internalPort: 0 },
});

const verdicts: Record<string, number> = {};
let asked = 0;
const count = (verdict: string): void => {
  verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
};

/** Asks until somebody answers: a gateway that refuses has asked nobody. */
const askOnce = async (nonce: string, user: string): Promise<void> => {
  const request = recommendationRequestSchema.parse({ user, context: { nonce } });
  for (;;) {
    const id = randomBytes(16).toString('hex');
    const answer = await gateway.asker.ask(request, { id, atMs: performance.now() }).catch(() => null);
    if (answer !== null) {
      count(verdictOf({ user, nonce }, { status: 200, requestId: id, body: JSON.stringify(answer) }));
      return;
    }
    count('refused');
    await sleep(20);
  }
};
const askAll = async (requestCount: number): Promise<void> => {
  const untilAsked = asked + requestCount;
  const caller = async (): Promise<void> => {
    while (asked < untilAsked) {
      asked += 1;
      await askOnce(String(asked), `u${asked % users}`);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
};
const openGroups = (): number => aggregators.reduce((sum, one) => sum + one.openGroups(), 0);
/** Until what was held back has come, and no group is open. */
const quiet = async (): Promise<void> => {
  await gateway.asker.idle();
  await sleep(company.lateMs + 300);
  while (openGroups() > 0) await sleep(20);
};
const heapBytes = async (): Promise<number> => {
  await quiet();
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await sleep(50);
  }
  return process.memoryUsage().heapUsed;
};

await sleep(600);
await askAll(warmUp);
const heapBeforeBytes = await heapBytes();
for (const key of Object.keys(verdicts)) delete verdicts[key];
for (const key of Object.keys(injected)) delete injected[key as Interference];
const beganMs = performance.now();
await askAll(requests);
const tookMs = performance.now() - beganMs;
const heapAfterBytes = await heapBytes();

const counted = [
  ...(await metrics.text()).matchAll(/^medley_aggregator_partials_total\{.*result="([\w-]+)".*\} (\d+)$/gm),
];
const partials: Record<string, number> = {};
for (const [, result = '', count = '0'] of counted) partials[result] = (partials[result] ?? 0) + Number(count);
const found: CorrelationFound = {
  requests,
  warmUp,
  tookMs,
  verdicts,
  injected,
  partials,
  heapBeforeBytes,
  heapAfterBytes,
  openGroups: openGroups(),
  openAtGateway: gateway.asker.open(),
};
process.stdout.write(`${JSON.stringify(found)}\n`);
process.exit(0);
