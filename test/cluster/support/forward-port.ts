import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster } from './cluster.ts';

export interface ForwardedPort {
  /** `http://127.0.0.1:PORT` */
  url: string;
  port: number;
  stop(): Promise<void>;
}

const kubectl = join(fileURLToPath(new URL('../../..', import.meta.url)), 'node_modules/.cache/medley/bin/kubectl');

/** A port of a Service or pod on this machine, on any cluster; it goes with the pod behind it. */
export const forwardPort = async (
  cluster: Cluster,
  namespace: string,
  { target, port }: { target: string; port: number | string },
): Promise<ForwardedPort> => {
  const args = ['--kubeconfig', cluster.kubeconfig, '--namespace', namespace, 'port-forward', target, `:${port}`];
  const child = spawn(kubectl, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const local = await new Promise<number>((resolve, reject) => {
    const listen = (text: string): void => {
      said += text;
      const found = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said);
      if (found !== null) resolve(Number(found[1]));
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    child.on('error', reject).on('exit', () => reject(new Error(`kubectl port-forward ${target}: ${said.trim()}`)));
  });
  return {
    url: `http://127.0.0.1:${local}`,
    port: local,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
};
