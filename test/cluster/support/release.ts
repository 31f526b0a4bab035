import type { Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { imageValues } from './image-values.ts';
import type { Namespace } from './namespace.ts';
import { nodePortUrl } from './node-port.ts';

/** A release of the chart, reached through a port of a node. */
export interface Release {
  name: string;
  /** Installs it and waits for the first whole answer: the seconds from one to the other. */
  install(flags?: readonly string[]): Promise<number>;
  /** With these flags and what every release here is given: what `install` was told besides is forgotten. */
  upgrade(flags?: readonly string[]): Promise<void>;
  /** What `helm test` said. @throws ProgramFailedError */
  test(): Promise<string>;
  /** The seconds it took. */
  uninstall(): Promise<number>;
  get(path: string): Promise<{ status: number; body: unknown }>;
  /** To user 1. */
  answer(recommender?: string): Promise<GivenAnswer>;
  /** Asks again until every criterion is in it: a busy machine is late at times. */
  wholeAnswer(recommender?: string): Promise<GivenAnswer>;
}

/** What is looked at of an answer. */
export interface GivenAnswer {
  status: number;
  source: string;
  complete: boolean;
  items: { id: string; title: string; reasons: { text: string }[] }[];
}

/** Asks again until the answer is fresh and every criterion is in it. */
export const untilWhole = (
  whose: string,
  ask: () => Promise<GivenAnswer>,
  trouble: () => Promise<string>,
): Promise<GivenAnswer> =>
  eventually(
    `a whole answer of ${whose}`,
    async () => {
      const one = await ask();
      return one.source === 'fresh' && one.complete && one;
    },
    { timeoutMs: 120_000, trouble },
  );

export const setFlags = (values: readonly string[]): string[] => values.flatMap((one) => ['--set', one]);

/** An image by its name and tag. */
const imageFlags = (image: string): string[] => {
  const { repository, tag } = imageValues(image);
  return ['--set', `image.repository=${repository}`, '--set-string', `image.tag=${tag}`];
};

/** Little of the machine is asked for: it is shared with other tests. */
const sparing = setFlags(
  ['gateway', 'aggregator', 'operator', 'trainer', 'rabbitmq', 'postgresql.internal'].flatMap((part) => [
    ...[`${part}.resources.requests.cpu=20m`, `${part}.resources.requests.memory=64Mi`],
  ]),
);

const waitS = 240;
const chart = 'helm/medley';

export const createRelease = (
  cluster: Cluster,
  namespace: Namespace,
  options: { name: string; image: string },
): Release => {
  const { name, image } = options;
  const always = [...imageFlags(image), ...setFlags(['gateway.service.type=NodePort']), ...sparing];
  let url = '';

  const helm = async (verb: string, flags: readonly string[]): Promise<void> => {
    const args = [verb, name, chart, '--wait', '--timeout', `${waitS}s`, ...always, ...flags];
    await namespace.helm(args, { timeoutMs: (waitS + 20) * 1_000 });
    const service = name.includes('medley') ? `${name}-gateway` : `${name}-medley-gateway`;
    url = await nodePortUrl(cluster, namespace, service);
  };
  const get: Release['get'] = async (path) => {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, body: await response.json() };
  };
  const answer: Release['answer'] = async (recommender = 'home') => {
    const { status, body } = await get(`/v1/users/1/recommendations?recommender=${recommender}`);
    return { ...(body as Omit<GivenAnswer, 'status'>), status };
  };
  const wholeAnswer: Release['wholeAnswer'] = (recommender) =>
    untilWhole(name, () => answer(recommender), namespace.trouble);
  return {
    name,
    async install(flags = []) {
      const beganMs = performance.now();
      await helm('install', flags);
      await wholeAnswer();
      return (performance.now() - beganMs) / 1_000;
    },
    upgrade: (flags = []) => helm('upgrade', flags),
    test: () => namespace.helm(['test', name, '--logs'], { timeoutMs: 300_000 }),
    async uninstall() {
      const beganMs = performance.now();
      await namespace.helm(['uninstall', name], { timeoutMs: 120_000 });
      return (performance.now() - beganMs) / 1_000;
    },
    get,
    answer,
    wholeAnswer,
  };
};
