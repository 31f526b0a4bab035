import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Item } from '../../src/contract/item.ts';
import type { Plan } from '../../src/contract/plan.ts';
import { resolvePlan } from '../../src/contract/resolve-plan.ts';
import { apiVersion, recommenderSchema, type ScorerResource, scorerSchema } from '../../src/contract/resources.ts';
import type { TestScorerSettings } from './test-scorer.ts';

/** What a drill runs on: test scorers, recommenders over them, and a small catalogue. */

export interface WorldScorer extends Pick<TestScorerSettings, 'delayMs' | 'kind'> {
  replicas: number;
  concurrency: number;
}

export interface WorldOptions {
  scorers: Readonly<Record<string, WorldScorer>>;
  /** `spec` of each Recommender by name, without its defaults. */
  recommenders: Readonly<Record<string, object>>;
}

const popularItems = 50;

/** What falls back on popular items gets these. */
export const worldItems: readonly Item[] = Array.from({ length: popularItems }, (_, index) => ({
  id: `popular-${index}`,
  title: `Film ${index}`,
  genres: [],
  regions: [],
}));

export const worldScorers = ({ scorers }: Pick<WorldOptions, 'scorers'>): readonly ScorerResource[] =>
  Object.entries(scorers).map(([name, { concurrency, replicas }]) =>
    scorerSchema.parse({ apiVersion, kind: 'Scorer', metadata: { name }, spec: { concurrency, replicas } }),
  );

export const resolveWorldPlans = (options: WorldOptions): readonly Plan[] =>
  Object.entries(options.recommenders).map(([name, spec]) => {
    const recommender = recommenderSchema.parse({ apiVersion, kind: 'Recommender', metadata: { name }, spec });
    const { plan, problems } = resolvePlan(recommender, worldScorers(options), 1);
    if (plan === null || problems.length > 0) throw new Error(problems.join('; '));
    return plan;
  });

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};
