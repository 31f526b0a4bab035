import { readFileSync } from 'node:fs';
import { type Cluster, HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../contract/clock.ts';
import { hashOf } from '../put-right.ts';

/** How to reach the API server and who we are there: the service account in a pod, `KUBECONFIG` elsewhere. */
export interface Access {
  server: string;
  /** Of the context or the service account; null where neither names one. */
  namespace: string | null;
  /** Tells this cluster from others: a hash of its authority, which every pod is given; the same for all of its life. */
  cluster: string;
  /** Headers and connections for a request; tokens are read again every now and then, since they rotate. */
  authenticate(): Promise<{ headers: Record<string, string>; dispatcher: Dispatcher | undefined }>;
  /** The last answer was 401, or the connection failed: read everything again. */
  forget(): void;
}

/** A service account's token is renewed well before it ends; it is read again this often, ms. */
const rereadMs = 60_000;

const clusterHash = ({ server, caData, caFile }: Cluster): string => {
  const authority = caData === undefined ? (caFile === undefined ? null : readFileSync(caFile, 'utf8')) : atob(caData);
  return hashOf(authority?.trim() ?? server).slice(0, 8);
};

/** The name of an installation among all that may share a broker. */
export const installationOf = ({ cluster }: Pick<Access, 'cluster'>, namespace: string): string =>
  `${namespace}@${cluster}`;

/** @throws Error where no cluster is configured */
export const createAccess = (clock: Clock, config = new KubeConfig()): Access => {
  if (config.getCurrentCluster() === null) config.loadFromDefault();
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('no cluster is configured: set KUBECONFIG, or run in a pod');
  let held: { headers: Record<string, string>; dispatcher: Dispatcher | undefined; atMs: number } | null = null;

  return {
    server: cluster.server.replace(/\/$/, ''),
    cluster: clusterHash(cluster),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? null,
    async authenticate() {
      const nowMs = clock.monotonicMs();
      if (held !== null && nowMs - held.atMs < rereadMs) return held;
      // The client makes new connections for every call; one set of them is kept here for all.
      const context = new RequestContext(cluster.server, HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      const dispatcher = held?.dispatcher ?? (context.getDispatcher() as Dispatcher | undefined);
      held = { headers: context.getHeaders(), dispatcher, atMs: nowMs };
      return held;
    },
    forget() {
      held = null;
    },
  };
};
