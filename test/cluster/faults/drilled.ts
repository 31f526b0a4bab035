import { imageValues } from '../support/image-values.ts';

/** What the cluster drill asks: a Recommender of three Scorers whose lists show whom and what they were made for. */

export const criteria = ['red', 'green', 'blue'] as const;
export const deadlineMs = 500;
/** Durable requests are told by their user's name, so that a scorer can note each in its log. */
export const durablePrefix = 'd';

const program = (criterion: string): string => `
import { setTimeout as sleep } from 'node:timers/promises';
import { runScorer } from '/app/src/scorer/sdk.js';
await runScorer({
  criterion: '${criterion}',
  score: async ({ subject, context, topN }) => {
    await sleep(10);
    const prefix = subject.id + '/' + (context.nonce ?? '-') + '/';
    if (subject.id.startsWith('${durablePrefix}')) console.log('scored ${criterion} ' + prefix);
    const items = Array.from({ length: Math.min(20, topN) }, (_, at) => prefix + at);
    return { items, scores: items.map((_, at) => 1 / (at + 1)), floor: 0 };
  },
});
`;

const apiVersion = 'medley.dev/v1alpha1';
const resources = { requests: { cpu: '10m', memory: '64Mi' } };

export const scorers = criteria.map((criterion) => ({
  ...{ apiVersion, kind: 'Scorer', metadata: { name: criterion } },
  spec: {
    ...{ concurrency: 1, replicas: 2, probes: true, resources },
    command: ['node', '--input-type=module', '--eval', program(criterion)],
  },
}));

/** @param weight Of the first criterion: an edit that answers show as another plan version */
export const recommender = (weight: number): object => ({
  ...{ apiVersion, kind: 'Recommender', metadata: { name: 'home' } },
  spec: {
    deadlineMs,
    criteria: criteria.map((criterion, at) => ({ criterion, weight: at === 0 ? weight : 1 })),
  },
});

/** Scorers that want no process: work for the operator alone. */
export const idleScorers = (count: number): readonly object[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ apiVersion, kind: 'Scorer', metadata: { name: `idle-${at}`, labels: { 'medley.dev/drill': 'idle' } } },
    spec: { replicas: 0, resources, command: ['node', '--eval', 'setInterval(() => {}, 1e6)'] },
  }));

/**
 * The chart's values: two of every role, which ask for as much of a processor as the chart asks for by itself. Who asks for
 * less is let run less where processors are short, as they are while pods start.
 */
export const valuesFor = (image: string, brokerNodes: 1 | 3): object => {
  return {
    image: imageValues(image),
    gateway: { service: { type: 'NodePort' } },
    trainer: { enabled: false, atInstall: false },
    webflix: { enabled: false, demoData: false },
    rabbitmq: { replicas: brokerNodes },
  };
};
