import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Answer } from '../../src/contract/answer.ts';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { type ForwardedPort, forwardPort } from './support/forward-port.ts';
import { imageValues } from './support/image-values.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';

/** Scorers of somebody else's make: each becomes one by its image and five lines of YAML, on a Medley that runs. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const tag = 'test';
/** From Ready to an answer it took part in. */
const takesPartWithinMs = 10_000;

interface PodList {
  items: { metadata: { name: string }; status: { containerStatuses?: { restartCount: number }[] } }[];
}
interface ScorerObject {
  status?: { conditions?: { type: string; status: string; message: string }[] };
}

let cluster: Cluster;
let namespace: Namespace;
let gateway: ForwardedPort;

const ask = async (body: object): Promise<Answer> => {
  const response = await fetch(`${gateway.url}/v1/recommendations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recommender: 'everything', ...body }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
};
const outcomeOf = (answer: Answer, criterion: string): string | undefined =>
  answer.coverage.criteria.find((one) => one.criterion === criterion)?.outcome;

const ready = async (scorer: string): Promise<true> =>
  eventually(
    `Scorer ${scorer} is ready`,
    async () => {
      const { status } = await namespace.get<ScorerObject>(`scorer ${scorer}`);
      return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
    },
    { timeoutMs: 120_000, trouble: namespace.trouble },
  ).then(() => true);

/** The pods there are, with how often each was restarted; those of the scorer itself apart. */
const others = async (scorer: string): Promise<string[]> => {
  const { items } = await namespace.get<PodList>('pods --field-selector=status.phase=Running');
  return items
    .filter(({ metadata }) => !metadata.name.startsWith(`scorer-${scorer}-`))
    .map(({ metadata, status }) => `${metadata.name} ${status.containerStatuses?.map((one) => one.restartCount)}`)
    .sort();
};

const joinsWithin = async (scorer: string, body: object): Promise<{ answer: Answer; ms: number }> => {
  await ready(scorer);
  const sinceMs = performance.now();
  const answer = await eventually(
    `${scorer} takes part`,
    async () => {
      const one = await ask(body);
      return outcomeOf(one, scorer) === 'scored' && one;
    },
    { timeoutMs: 60_000, everyMs: 100, trouble: namespace.trouble },
  );
  return { answer, ms: performance.now() - sinceMs };
};

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  const image = await cluster.image();
  await cluster.build('examples/python-scorer', `decades:${tag}`);
  await cluster.build('examples/typescript-scorer', `watchlist:${tag}`, ['--build-arg', `MEDLEY=${image}`]);
  namespace = await createNamespace(cluster, { prefix: 'foreign' });
  const { repository, tag: version } = imageValues(image);
  const single = 'gateway.replicas=1,aggregator.replicas=1,operator.replicas=1';
  const set = ['--set', `image.repository=${repository},image.tag=${version},${single}`];
  await namespace.helm(['install', 'medley', `${root}/helm/medley`, ...set, '--wait', '--timeout', '300s'], {
    timeoutMs: 330_000,
  });
  await namespace.apply(read('k8s/samples/python-scorer.yaml').split('---\n')[1] ?? '');
  gateway = await forwardPort(cluster, namespace.name, { target: 'service/medley-gateway', port: 80 });
  await eventually('shipped criteria answer', async () => outcomeOf(await ask({ user: '1' }), 'genres') === 'scored', {
    timeoutMs: 120_000,
    trouble: namespace.trouble,
  });
}, 1_200_000);

afterAll(async () => {
  await gateway?.stop();
  await namespace?.helm(['uninstall', 'medley', '--timeout', '60s']).catch(() => undefined);
  await namespace?.remove();
}, 300_000);

test('a scorer in Python takes part by its label alone, soon after it is ready, and nothing else is restarted', async () => {
  const before = await others('decades');
  await namespace.apply(read('examples/python-scorer/scorer.yaml').replace('decades:1', `decades:${tag}`));
  const { answer, ms } = await joinsWithin('decades', { user: '1', k: 50 });
  expect(ms).toBeLessThan(takesPartWithinMs);
  const reasons = answer.items.flatMap((item) => item.reasons ?? []);
  expect(reasons.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^because you watch films of the \d{4}s$/),
  );
  expect(await others('decades')).toEqual(before);
}, 240_000);

test('a scorer on the SDK lifts what the caller says is on the watchlist', async () => {
  await namespace.apply(read('examples/typescript-scorer/scorer.yaml').replace('watchlist:1', `watchlist:${tag}`));
  const body = { user: '1', k: 50, context: { watchlist: ['45', '46'] } };
  const { answer, ms } = await joinsWithin('watchlist', body);
  expect(ms).toBeLessThan(takesPartWithinMs);
  expect(answer.items.find(({ id }) => id === '45')?.shares?.watchlist).toBeGreaterThan(0);
  expect(outcomeOf(await ask({ user: '1' }), 'watchlist')).toBe('abstained');
}, 240_000);

test('deleted, they are gone from answers, and their Deployments and Secrets with them', async () => {
  await namespace.kubectl(['delete', 'scorer', 'decades', 'watchlist']);
  await eventually(
    'answers go on without them',
    async () => {
      const answer = await ask({ user: '1' });
      return ['decades', 'watchlist'].every((one) => outcomeOf(answer, one) === undefined) && answer.source === 'fresh';
    },
    { timeoutMs: 30_000, trouble: namespace.trouble },
  );
  await eventually(
    'nothing of them is left',
    async () => !/decades|watchlist/.test(await namespace.kubectl(['get', 'deployments,secrets,pods', '-o', 'name'])),
    { timeoutMs: 90_000, trouble: namespace.trouble },
  );
}, 180_000);
