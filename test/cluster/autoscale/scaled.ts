import type { Autoscaling } from '../../../src/contract/resources-scorer.ts';
import { imageValues } from '../support/image-values.ts';

/** What the test of scaling installs: Scorers that sleep for as long as they are told, and the chart with little of everything. */

const apiVersion = 'medley.dev/v1alpha1';

const program = `
import { setTimeout as sleep } from 'node:timers/promises';
import { runScorer } from '/app/src/scorer/sdk.js';
await runScorer({
  criterion: process.env.MEDLEY_CRITERION,
  score: async () => {
    await sleep(Number(process.env.DELAY_MS));
    return { items: ['one'], scores: [1], floor: null };
  },
});
`;

export const scorer = (
  name: string,
  work: { delayMs: number; concurrency: number },
  autoscaling: Partial<Autoscaling>,
): object => ({
  ...{ apiVersion, kind: 'Scorer', metadata: { name } },
  spec: {
    ...{ concurrency: work.concurrency, probes: true, command: ['node', '--input-type=module', '--eval', program] },
    env: { DELAY_MS: String(work.delayMs) },
    resources: { requests: { cpu: '10m', memory: '64Mi' } },
    autoscaling,
  },
});

/** One for a Scorer of the same name. */
export const recommender = (name: string): object => ({
  ...{ apiVersion, kind: 'Recommender', metadata: { name } },
  spec: { deadlineMs: 2_000, criteria: [{ criterion: name }] },
});

const small = { resources: { requests: { cpu: '20m', memory: '96Mi' } } };

export const valuesFor = (image: string): object => {
  return {
    image: imageValues(image),
    gateway: { ...small, replicas: 1, service: { type: 'NodePort' } },
    aggregator: { ...small, replicas: 1 },
    operator: { ...small, replicas: 1 },
    trainer: { enabled: false, atInstall: false },
    webflix: { enabled: false, demoData: false },
    rabbitmq: { resources: { requests: { cpu: '50m', memory: '256Mi' } } },
    postgresql: { internal: { resources: { requests: { cpu: '20m', memory: '128Mi' } } } },
  };
};
