import { isDeepStrictEqual } from 'node:util';
import type { BindingSpec, ExchangeSpec } from '../../contract/topology.ts';
import { BrokerConflictError } from './errors.ts';
import { type ManagementClient, path } from './management-client.ts';
import type { Planned, PlannedPolicy, PlannedQueue } from './planned.ts';
import { bindingKey, type View, type Views } from './view.ts';

const listed = (args: Readonly<Record<string, unknown>>): string =>
  Object.entries(args)
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join(', ') || 'none';

const conflict = (what: string, has: string, wanted: string): BrokerConflictError =>
  new BrokerConflictError(
    `${what} exists on the broker with ${has} where ${wanted} are needed, and arguments never change in place: let it run empty, then delete it (rabbitmqctl delete_queue), and it is declared anew`,
  );

/** Writes what is missing: exchanges, then policies, so that no queue is ever without its limits, queues, bindings. */
export const createDeclarer = (options: { client: ManagementClient; vhost: string; views: Views }) => {
  const { client, vhost, views } = options;

  const exchange = async (view: View, { name, kind }: ExchangeSpec): Promise<void> => {
    const has = view.exchanges.get(name);
    if (has === kind) return;
    if (has !== undefined) throw conflict(`exchange ${name}`, `type ${has}`, `those of type ${kind}`);
    await client.put(path('exchanges', vhost, name), { type: kind, durable: true }, `exchange ${name}`);
    view.exchanges.set(name, kind);
  };
  const policy = async (view: View, { name, pattern, definition, priority }: PlannedPolicy): Promise<void> => {
    const has = view.policies.get(name);
    const isSame = has?.pattern === pattern && has.priority === priority;
    if (isSame && isDeepStrictEqual({ ...has.definition }, { ...definition })) return;
    const body = { pattern, definition, priority, 'apply-to': 'queues' };
    await client.put(path('policies', vhost, name), body, `policy ${name}`);
    view.policies.set(name, { pattern, definition, priority });
  };
  const noPolicy = async (view: View, name: string): Promise<void> => {
    if (!view.policies.has(name)) return;
    await client.delete(path('policies', vhost, name), `policy ${name}`);
    view.policies.delete(name);
  };
  const queue = async (view: View, planned: PlannedQueue): Promise<void> => {
    const has = view.queues.get(planned.name);
    if (has === undefined) {
      const body = { durable: true, auto_delete: false, arguments: planned.arguments };
      await client.put(path('queues', vhost, planned.name), body, `queue ${planned.name}`);
      view.queues.set(planned.name, planned.arguments);
      return;
    }
    if (isDeepStrictEqual({ ...has }, { ...planned.arguments })) return;
    throw conflict(`queue ${planned.name}`, `arguments ${listed(has)}`, listed(planned.arguments));
  };
  const binding = async (view: View, spec: BindingSpec): Promise<void> => {
    if (view.bindings.has(bindingKey(spec))) return;
    const what = `binding of queue ${spec.queue} to exchange ${spec.exchange}`;
    await client.post(
      `bindings/${path(vhost)}/e/${path(spec.exchange)}/q/${path(spec.queue)}`,
      { routing_key: spec.key },
      what,
    );
    view.bindings.set(bindingKey(spec), { ...spec, properties: spec.key });
  };

  return async (planned: Planned): Promise<void> => {
    const view = await views.current();
    try {
      for (const one of planned.exchanges) await exchange(view, one);
      for (const one of planned.policies) await policy(view, one);
      for (const one of planned.queues) {
        await policy(view, one.policy);
        await queue(view, one);
      }
      for (const name of planned.obsoletePolicies) await noPolicy(view, name);
      for (const one of planned.bindings) await binding(view, one);
    } catch (error) {
      views.forget();
      throw error;
    }
  };
};
