import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';

/** An operator as a process on this machine, working on the cluster: it can be killed, stopped and looked into. */
export interface OperatorChild {
  name: string;
  leads(): Promise<boolean>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** Lines of JSON. */
  log(): string;
  rssMiB(): Promise<number>;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

export const startOperatorChild = async (
  cluster: Cluster,
  options: { name: string; namespace: string; env: Readonly<Record<string, string>> },
): Promise<OperatorChild> => {
  const env = {
    ...process.env,
    ...{ KUBECONFIG: cluster.kubeconfig, POD_NAMESPACE: options.namespace, POD_NAME: options.name },
    ...{ MEDLEY_IMAGE: 'node:24-bookworm-slim', MEDLEY_OPS_PORT: '0' },
    ...options.env,
  };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'cmd/operator.ts'], {
    ...{ cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const port = await eventually(`operator ${options.name} opens its port`, async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${log}`);
    return /"port":(\d+),"msg":"ops port is open"/.exec(log)?.[1];
  });
  const ask = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  return {
    name: options.name,
    leads: async () => (JSON.parse(await ask('/readyz')) as { detail: { leading: boolean } }).detail.leading,
    metrics: () => ask('/metrics'),
    log: () => log,
    async rssMiB() {
      const bytes = /^process_resident_memory_bytes (\S+)/m.exec(await ask('/metrics'))?.[1];
      return Math.round(Number(bytes) / 1_048_576);
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
};

/** What was written to the API server so far, leases apart: how often by verb and kind. */
export const writesIn = (metrics: string): Record<string, number> =>
  Object.fromEntries(
    [...metrics.matchAll(/^medley_operator_api_calls_total\{verb="(\w+)",kind="(\w+)",result="ok"\} (\d+)/gm)]
      .filter(([, verb, kind]) => !['get', 'list', 'watch', 'discover'].includes(verb ?? '') && kind !== 'leases')
      .map(([, verb, kind, count]) => [`${verb} ${kind}`, Number(count)]),
  );
