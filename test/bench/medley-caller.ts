import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../src/contract/answer.ts';
import { recommendationRequestSchema } from '../../src/contract/http.ts';
import { defaultSettings } from '../../src/gateway/settings.ts';
import { startGateway } from '../../src/gateway/start-gateway.ts';
import { startPlanPublisher } from '../../src/operator/plan-publisher.ts';
import { createPlanBook } from '../../src/scatter/plan-book.ts';
import { createServiceTimes } from '../../src/scatter/service-times.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { createAnswerCheck } from './answer-check.ts';
import { measureAsChild, readSettings } from './child.ts';
import { type Outcome, runClosedLoop } from './closed-loop.ts';
import { criteria } from './four-scorers.ts';
import { benchPlan, recommender } from './medley-plan.ts';
import { createParts, randomId } from './medley-process.ts';

/**
 * The caller of Medley: a whole gateway, asked behind its HTTP.
 *
 * Questions come from sessions without a history, since the other systems look nobody up either.
 */
const settings = readSettings();
const parts = await createParts('gateway', settings);
const { clock, log, broker } = parts;
const store = await createSqliteStore({ path: ':memory:', clock, log });
const gateway = await startGateway({
  ...parts,
  store,
  plans: createPlanBook([benchPlan()]),
  serviceTimes: createServiceTimes(),
  randomId,
  settings: { ...defaultSettings, port: 0, internalPort: 0 },
});
const publisher = await startPlanPublisher({ ...parts, process: `${parts.process}-plans` });
await publisher.publish(
  { plans: [benchPlan()], setVersion: 1 },
  {
    criteria: criteria.map((criterion) => ({ criterion, replicas: 1, concurrency: 1 })),
  },
);
const template = recommendationRequestSchema.parse({ recommender, session: { history: [] }, explain: false });
const check = createAnswerCheck();

const verdictOf = (user: number, { source, items, coverage }: Answer): string => {
  if (source !== 'fresh') return `source ${source}`;
  const counted = coverage.criteria.filter((one) => one.outcome === 'scored' && one.lateAgeMs === undefined);
  const missing = coverage.criteria.find((one) => !counted.includes(one));
  if (missing !== undefined) return `${counted.length} of ${criteria.length} criteria (${missing.outcome})`;
  return check(
    user,
    items.map((item) => item.id),
    counted.length,
  );
};

const ask = async (user: number, delaysMs: readonly number[]): Promise<Outcome> => {
  const atMs = clock.monotonicMs();
  const request = {
    ...template,
    session: { id: String(user), history: [] },
    ...(delaysMs.length === 0 ? {} : { context: { delaysMs: [...delaysMs] } }),
  };
  const answer = await gateway.asker.ask(request, { id: randomId(), atMs });
  const slowestServiceMs = Math.max(...answer.coverage.criteria.map((one) => one.serviceMs ?? 0));
  return { verdict: verdictOf(user, answer), slowestServiceMs };
};

const waitForAggregator = async (): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const { verdict } = await ask(0, []).catch(() => ({ verdict: 'refused' }));
    if (verdict === 'good') return;
    await sleep(50);
  }
  throw new Error('Medley gave no good answer within 10 s');
};
await waitForAggregator();

measureAsChild(
  ({ users, ...load }) => runClosedLoop(ask, load, users),
  async () => {
    await publisher.stop();
    await gateway.stop();
    await broker.close();
    await store.close();
  },
);
