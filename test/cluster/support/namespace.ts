import { randomBytes } from 'node:crypto';
import type { Cluster } from './cluster.ts';
import type { Outcome, RunOptions } from './run-program.ts';

/** A namespace of one test's own. */
export interface Namespace {
  name: string;
  /** In this namespace. @throws ProgramFailedError */
  kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
  tryKubectl(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  helm(args: readonly string[], options?: RunOptions): Promise<string>;
  /** What is in it, as JSON. */
  get<T = unknown>(what: string): Promise<T>;
  /** Applies objects or YAML on the server's side. */
  apply(manifest: string | object | readonly object[]): Promise<string>;
  /** What a person would look at first when something does not come about: pods, events, what pods said last. */
  trouble(): Promise<string>;
  /** Deletes it with all that is in it; waits so long for that. */
  remove(timeoutMs?: number): Promise<void>;
}

const asText = (manifest: string | object | readonly object[]): string =>
  typeof manifest === 'string'
    ? manifest
    : JSON.stringify(Array.isArray(manifest) ? { apiVersion: 'v1', kind: 'List', items: manifest } : manifest);

/** Made with the pod security standard that the pods must fit; `restricted`, since all of ours do. */
export const createNamespace = async (
  cluster: Cluster,
  { enforce = 'restricted', prefix = 'medley-test' }: { enforce?: 'restricted' | 'baseline'; prefix?: string } = {},
): Promise<Namespace> => {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const labels = { 'pod-security.kubernetes.io/enforce': enforce, 'medley.dev/test': 'true' };
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  return namespaceOf(cluster, name);
};

/** One that is there already. */
export const namespaceOf = (cluster: Cluster, name: string): Namespace => {
  const inside = (args: readonly string[]): string[] => ['--namespace', name, ...args];
  const kubectl: Namespace['kubectl'] = (args, options) => cluster.kubectl(inside(args), options);
  const tryKubectl: Namespace['tryKubectl'] = (args, options) => cluster.tryKubectl(inside(args), options);
  return {
    name,
    kubectl,
    tryKubectl,
    helm: (args, options) => cluster.helm(inside(args), options),
    get: async (what) => JSON.parse(await kubectl(['get', ...what.split(' '), '-o', 'json'])),
    apply: (manifest) => kubectl(['apply', '--server-side', '-f', '-'], { input: asText(manifest) }),
    trouble: async () => {
      const looks = [
        ['get', 'pods,sco,rec', '-o', 'wide'],
        ['get', 'events', '--sort-by=.lastTimestamp'],
        ['logs', '--selector=app.kubernetes.io/name=medley', '--all-containers', '--prefix', '--tail=20'],
      ];
      const seen = await Promise.all(looks.map((args) => tryKubectl(args)));
      return seen.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('\n');
    },
    remove: async (timeoutMs = 120_000) => {
      const args = ['delete', 'namespace', name, '--ignore-not-found', `--timeout=${timeoutMs}ms`];
      await cluster.kubectl(args, { timeoutMs: timeoutMs + 10_000 });
    },
  };
};
