import { z } from 'zod';
import type { Clock } from '../../contract/clock.ts';
import type { BindingSpec } from '../../contract/topology.ts';
import { createHeldView, type HeldView } from './held-view.ts';
import { type ManagementClient, path } from './management-client.ts';

/**
 * What is declared in the virtual host, read as four lists and kept for a moment: one reading serves the reconciles of
 * hundreds of Scorers, and where nothing is missing nothing is written. What this process writes is noted in it.
 */
export interface View {
  exchanges: Map<string, string>;
  queues: Map<string, Readonly<Record<string, unknown>>>;
  policies: Map<string, KnownPolicy>;
  /** By `bindingKey`. */
  bindings: Map<string, KnownBinding>;
}

interface KnownPolicy {
  pattern: string;
  definition: Readonly<Record<string, unknown>>;
  priority: number;
}

export interface KnownBinding extends BindingSpec {
  /** As the API names this binding among those of its exchange and queue. */
  properties: string;
}

export type Views = HeldView<View>;

const exchangesSchema = z.array(z.object({ name: z.string(), type: z.string() }));
const queuesSchema = z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }));
const policiesSchema = z.array(
  z.object({
    name: z.string(),
    pattern: z.string(),
    definition: z.record(z.string(), z.unknown()),
    priority: z.number(),
  }),
);
const bindingsSchema = z.array(
  z.object({
    source: z.string(),
    destination: z.string(),
    destination_type: z.string(),
    routing_key: z.string(),
    properties_key: z.string(),
  }),
);

export const bindingKey = ({ exchange, queue, key }: BindingSpec): string => JSON.stringify([exchange, queue, key]);

export const createViews = (options: {
  client: ManagementClient;
  vhost: string;
  clock: Clock;
  maxAgeMs: number;
}): Views => {
  const { client, vhost, clock, maxAgeMs } = options;

  const list = async <S extends z.ZodType>(kind: string, columns: string, schema: S): Promise<z.output<S>> =>
    schema.parse((await client.get(`${kind}/${path(vhost)}?columns=${columns}`)) ?? []);
  const read = async (): Promise<View> => {
    const [exchanges, queues, policies, bindings] = await Promise.all([
      list('exchanges', 'name,type', exchangesSchema),
      list('queues', 'name,arguments', queuesSchema),
      list('policies', 'name,pattern,definition,priority', policiesSchema),
      list('bindings', 'source,destination,destination_type,routing_key,properties_key', bindingsSchema),
    ]);
    const known = bindings
      .filter((one) => one.destination_type === 'queue' && one.source !== '')
      .map((one) => ({
        exchange: one.source,
        queue: one.destination,
        key: one.routing_key,
        properties: one.properties_key,
      }));
    return {
      exchanges: new Map(exchanges.map((one) => [one.name, one.type])),
      queues: new Map(queues.map((one) => [one.name, one.arguments])),
      policies: new Map(policies.map((one) => [one.name, one])),
      bindings: new Map(known.map((one) => [bindingKey(one), one])),
    };
  };

  return createHeldView({ read, clock, maxAgeMs });
};
