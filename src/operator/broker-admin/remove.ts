import type { Clock } from '../../contract/clock.ts';
import { type ManagementClient, path } from './management-client.ts';
import { lookAt, type Row } from './queue-states.ts';
import type { Views } from './view.ts';

/** A queue that was not deleted, and why. */
export interface KeptQueue {
  queue: string;
  messages: number;
  because: string;
}

export interface Removed {
  removed: string[];
  kept: KeptQueue[];
}

/** So many in a row or apart, and it is the broker that is away: each attempt takes seconds then. */
const mostFailures = 3;

/**
 * Deletes queues that hold nothing, in an order that loses nothing: unbind, look, delete.
 *
 * Quorum queues refuse deletes that ask for emptiness. But once a queue is unbound its messages only become fewer, so one
 * count of none, waiting or handed out, that was taken after the unbinding proves that it stays empty. The broker's
 * counts are up to five seconds old: they are believed `settleMs` after the unbinding, and one look at the head of the
 * queue, which asks its leader, confirms them. Classic queues are deleted on the condition that they are empty and unused.
 */
export const createRemover = (options: {
  client: ManagementClient;
  vhost: string;
  views: Views;
  /** The exchange whose bindings bring new work. */
  scatter: string;
  clock: Clock;
  settleMs: number;
  /** Does work on a queue when nobody else works on those of its criterion. */
  inTurn: <T>(queue: string, work: () => Promise<T>) => Promise<T>;
  /** Somebody has come to want it since it was listed. */
  isWanted: (queue: string) => boolean;
}) => {
  const { client, vhost, views, scatter, clock, settleMs, inTurn, isWanted } = options;
  const unboundAtMs = new Map<string, number>();

  const unbind = async (queue: string): Promise<void> => {
    const view = await views.current();
    for (const [key, binding] of view.bindings) {
      if (binding.queue !== queue || binding.exchange !== scatter) continue;
      const to = `bindings/${path(vhost)}/e/${path(scatter)}/q/${path(queue, binding.properties)}`;
      await client.delete(to, `binding of queue ${queue}`);
      view.bindings.delete(key);
      unboundAtMs.delete(queue);
    }
    if (!unboundAtMs.has(queue)) unboundAtMs.set(queue, clock.monotonicMs());
  };
  const headIsEmpty = async (queue: string): Promise<boolean> => {
    const body = { count: 1, ackmode: 'ack_requeue_true', encoding: 'base64', truncate: 1 };
    const got = await client.post(path('queues', vhost, queue, 'get'), body, `a look into queue ${queue}`);
    return Array.isArray(got) && got.length === 0;
  };
  const gone = async (queue: string): Promise<void> => {
    unboundAtMs.delete(queue);
    const view = await views.current();
    view.queues.delete(queue);
    for (const [key, binding] of view.bindings) if (binding.queue === queue) view.bindings.delete(key);
  };

  const deleteClassic = async ({ name, consumers = 0 }: Row): Promise<string | null> => {
    if (consumers > 0) return `${consumers} consumers read it`;
    await client.delete(`${path('queues', vhost, name)}?if-empty=true&if-unused=true`, `queue ${name}`);
    return null;
  };
  const deleteQuorum = async ({ name, messages_ready: ready }: Row): Promise<string | null> => {
    const sinceMs = clock.monotonicMs() - (unboundAtMs.get(name) ?? clock.monotonicMs());
    if (sinceMs < settleMs || ready === undefined) return 'it was unbound a moment ago and is counted once more';
    if (!(await headIsEmpty(name))) return 'it holds a message';
    await client.delete(path('queues', vhost, name), `queue ${name}`);
    return null;
  };
  /** Null: it is deleted, or was gone. */
  const obstacle = async (queue: string): Promise<Omit<KeptQueue, 'queue'> | null> => {
    const row = await lookAt(client, vhost, queue);
    if (row === null) return null;
    const messages = (row.messages_ready ?? 0) + (row.messages_unacknowledged ?? 0);
    if (row.state === 'down') return { messages, because: 'the node that holds it is down' };
    if (messages > 0) return { messages, because: `it holds ${messages} messages` };
    const because = await (row.type === 'quorum' ? deleteQuorum(row) : deleteClassic(row));
    return because === null ? null : { messages, because };
  };

  const removeOne = async (queue: string, done: Removed): Promise<void> => {
    if (isWanted(queue)) return;
    await unbind(queue);
    const kept = await obstacle(queue);
    if (kept !== null) {
      done.kept.push({ queue, ...kept });
      return;
    }
    await gone(queue);
    done.removed.push(queue);
  };

  /** One that can't be asked, as a quorum queue without a majority, keeps no other; the failure is told at the end. */
  return async (queues: readonly string[]): Promise<Removed> => {
    const done: Removed = { removed: [], kept: [] };
    const failures: unknown[] = [];
    for (const queue of queues) {
      try {
        await inTurn(queue, () => removeOne(queue, done));
      } catch (error) {
        views.forget();
        failures.push(error);
        if (failures.length >= mostFailures) break;
      }
    }
    if (failures.length > 0) throw failures[0];
    return done;
  };
};
