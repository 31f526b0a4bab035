import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The pods of a Scorer over time, those that end included until they are gone. */
export interface PodWatch {
  /** Since the watch began: `[ms, pods, ready]` at each change. */
  changes(): readonly PodCount[];
  stop(): void;
}

export interface PodCount {
  atMs: number;
  pods: number;
  ready: number;
}

const columns = 'EVENT:.type,NAME:.object.metadata.name,READY:.object.status.conditions[?(@.type=="Ready")].status';

export const watchPods = (where: {
  /** The program, and what it finds its cluster by. */
  kubectl: string;
  kubeconfig: string | undefined;
  namespace: string;
  scorer: string;
}): PodWatch => {
  const what = ['get', 'pods', '--selector', `medley.dev/scorer=${where.scorer}`, '--watch', '--output-watch-events'];
  const args = ['--namespace', where.namespace, ...what, '--no-headers', '-o', `custom-columns=${columns}`];
  const env = { ...process.env, ...(where.kubeconfig === undefined ? {} : { KUBECONFIG: where.kubeconfig }) };
  const child = spawn(where.kubectl, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const pods = new Map<string, boolean>();
  const changes: PodCount[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [event = '', name = '', ready] = line.trim().split(/\s+/);
    if (event === 'DELETED') pods.delete(name);
    else pods.set(name, ready === 'True');
    const count = [...pods.values()].filter(Boolean).length;
    changes.push({ atMs: performance.now(), pods: pods.size, ready: count });
  });
  return { changes: () => changes, stop: () => void child.kill() };
};
