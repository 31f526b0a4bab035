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

const columns = 'NAME:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status';

/** @param kubectl the program; it finds its cluster by KUBECONFIG */
export const watchPods = (kubectl: string, where: { namespace: string; scorer: string }): PodWatch => {
  const args = ['--namespace', where.namespace, 'get', 'pods', '--selector', `medley.dev/scorer=${where.scorer}`];
  const child = spawn(
    kubectl,
    [...args, '--watch', '--output-watch-events', '--no-headers', '-o', `custom-columns=${columns}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
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
