import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Outcome, type RunOptions, runProgram, tryProgram } from './run-program.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A real Kubernetes cluster: that of KUBECONFIG, else the one scripts/kubernetes.sh has or starts. */
export interface Cluster {
  kubeconfig: string;
  /** The folder of the tests' kubectl and helm. */
  tools: string;
  /** @throws ProgramFailedError */
  kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
  /** @throws ProgramFailedError */
  helm(args: readonly string[], options?: RunOptions): Promise<string>;
  /** As `kubectl`, where a refusal is what is looked at. */
  tryKubectl(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  tryHelm(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** This tree's image, on every node: built at the first call of a run, known by what it is made of. */
  image(): Promise<string>;
  /** Another image, of a folder of this tree, on every node. */
  build(folder: string, name: string, flags?: readonly string[]): Promise<void>;
  /** Installs an add-on, or does nothing where it is installed. Slow the first time on a machine. */
  addon(name: 'keda' | 'prometheus' | 'prometheus-adapter' | 'rabbitmq-operator'): Promise<void>;
  /** Where a NodePort answers. */
  nodeAddress(): Promise<string>;
  /** Both CRDs, as this tree has them. */
  applyCrds(): Promise<void>;
}

const slowMs = 900_000;

const script = async (name: string, args: readonly string[], env: RunOptions['env']): Promise<string> =>
  (
    await runProgram('bash', [join(root, 'scripts', name), ...args], { env: env ?? process.env, timeoutMs: slowMs })
  ).trim();

/** @throws ProgramFailedError with a sentence where there is no cluster */
export const connectCluster = async (): Promise<Cluster> => {
  const bin = await script('kubernetes-tools.sh', [], process.env);
  const kubeconfig = await script('kubernetes.sh', ['start'], process.env);
  const env = { ...process.env, KUBECONFIG: kubeconfig, PATH: `${bin}:${process.env.PATH}` };
  const kubectl: Cluster['kubectl'] = (args, options) => runProgram(join(bin, 'kubectl'), args, { env, ...options });
  return {
    kubeconfig,
    tools: bin,
    kubectl,
    helm: (args, options) => runProgram(join(bin, 'helm'), args, { env, ...options }),
    tryKubectl: (args, options) => tryProgram(join(bin, 'kubectl'), args, { env, ...options }),
    tryHelm: (args, options) => tryProgram(join(bin, 'helm'), args, { env, ...options }),
    image: () => script('kubernetes.sh', ['image'], env),
    build: async (folder, name, flags = []) =>
      void (await script('kubernetes.sh', ['build', join(root, folder), name, ...flags], env)),
    addon: async (name) => void (await script('kubernetes.sh', ['addon', name], env)),
    nodeAddress: async () => {
      const path = 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}';
      return (await kubectl(['get', 'nodes', '-o', path])).trim();
    },
    applyCrds: async () => {
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', join(root, 'k8s/crds')]);
      const names = ['crd/scorers.medley.dev', 'crd/recommenders.medley.dev'];
      await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
    },
  };
};
