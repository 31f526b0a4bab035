import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../support/run-program.ts';

/** The switches of a cluster's machines, which Kubernetes itself does not have. */
export interface Power {
  /** Ends every process of a node at once. */
  kill(node: string): Promise<void>;
  start(node: string): Promise<void>;
  /** Takes a node off the network, and puts it back. */
  cut(node: string): Promise<void>;
  heal(node: string): Promise<void>;
  stopApiServer(): Promise<void>;
  startApiServer(): Promise<void>;
  /** Whose end is the cluster's: it runs the API server and the rest of the control plane. */
  controlNode: string;
}

const program = fileURLToPath(new URL('../../../../shared/cluster/cluster', import.meta.url));

const run = (...args: string[]): Promise<string> => runProgram(program, args, { timeoutMs: 180_000 });
const numberOf = (node: string): string => node.replace('node-', '');

/** When a process that runs was born, in ticks since the machine's start: its number alone may be another's by now. */
const bornAt = (pid: number): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
  } catch {
    return undefined;
  }
};

const stopApiServer = async (state: string): Promise<void> => {
  const [pid = '', born] = readFileSync(join(state, 'node-1/pid/kube-apiserver'), 'utf8').trim().split(' ');
  if (bornAt(Number(pid)) !== born) throw new Error('the API server does not run');
  process.kill(Number(pid), 'SIGKILL');
  while (bornAt(Number(pid)) === born) await sleep(50);
};

/** Of the cluster in ../shared/cluster; null: KUBECONFIG is another one's. */
export const findPower = async (kubeconfig: string): Promise<Power | null> => {
  const own = await run('kubeconfig').then(
    (path) => path.trim(),
    () => null,
  );
  if (own !== kubeconfig) return null;
  const nodes = (await run('status')).match(/^node-\d+\/pid\/kubelet/gm) ?? [];
  const act = (verb: string) => async (node: string) => void (await run(verb, numberOf(node)));
  return {
    ...{ kill: act('kill'), start: act('start'), cut: act('cut'), heal: act('heal'), controlNode: 'node-1' },
    stopApiServer: () => stopApiServer(dirname(own)),
    // Starts what is missing, and leaves the rest as it runs.
    startApiServer: async () => void (await run('up', '--nodes', String(nodes.length))),
  };
};
