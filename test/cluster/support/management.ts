import type { Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { type ForwardedPort, forwardPort } from './forward-port.ts';
import type { Namespace } from './namespace.ts';

/** RabbitMQ's management API in a pod, as its administrator. */
export interface Management {
  get<T = unknown>(path: string): Promise<T>;
  put(path: string, body: object): Promise<void>;
  /** Names of all there are of it: queues, exchanges or policies of a virtual host, users of the broker. */
  names(path: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export const openManagement = async (
  cluster: Cluster,
  namespace: Namespace,
  { pod, secret, username = 'medley' }: { pod: string; secret: string; username?: string },
): Promise<Management> => {
  const { data } = await namespace.get<{ data: Record<string, string> }>(`secret ${secret}`);
  const plain = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  const account = `${plain('username') || username}:${plain('password')}`;
  const port: ForwardedPort = await forwardPort(cluster, namespace.name, { target: `pod/${pod}`, port: 15_672 });
  const headers = {
    ...{ authorization: `Basic ${Buffer.from(account).toString('base64')}` },
    'content-type': 'application/json',
  };
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`${port.url}/api/${path}`, { headers, ...init });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const get = async <T>(path: string): Promise<T> => (await (await call(path)).json()) as T;
  await eventually('the management API answers', async () => (await call('overview')).ok);
  return {
    get,
    put: async (path, body) => void (await call(path, { method: 'PUT', body: JSON.stringify(body) })),
    names: async (path) => (await get<{ name: string }[]>(`${path}?columns=name`)).map(({ name }) => name).sort(),
    stop: () => port.stop(),
  };
};
