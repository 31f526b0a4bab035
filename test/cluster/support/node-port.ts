import type { Cluster } from './cluster.ts';
import type { Namespace } from './namespace.ts';

/** Where a Service of type NodePort answers, by its first port: `http://NODE:PORT`. */
export const nodePortUrl = async (cluster: Cluster, namespace: Namespace, service: string): Promise<string> => {
  const { spec } = await namespace.get<{ spec: { ports: { nodePort: number }[] } }>(`service ${service}`);
  return `http://${await cluster.nodeAddress()}:${spec.ports[0]?.nodePort}`;
};
