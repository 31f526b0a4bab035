import type { Clock } from '../contract/clock.ts';
import type { QueueSpec, Topology } from '../contract/topology.ts';
import { BrokerUnavailableError, PublishNackedError, PublishReturnedError, TopologyMismatchError } from './errors.ts';
import { createMemoryBroker } from './memory-broker.ts';
import { createMemoryDispatch, type MemoryDispatch, type Slot } from './memory-dispatch.ts';
import { createMemoryQueue, type DeathReason, type Stored } from './memory-queue.ts';
import { createMemoryRoutes } from './memory-routes.ts';
import type { Broker, Outgoing } from './port.ts';
import type { Telemetry } from './telemetry.ts';

/** The in-process broker. Every connection made here sees the same queues; nothing outlives the process. */
export interface MemoryHub {
  /** `name` is the connection's, for logs; `closeGraceMs`: how long `close()` waits for its handlers, 5 s unless told. */
  connect(name: string, options?: { closeGraceMs?: number }): Broker;
}

/** What a connection needs of the hub. */
export interface HubCore {
  readonly dispatch: MemoryDispatch;
  declare(topology: Topology): void;
  /** Routes and stores. Returns what a broker would answer instead of a confirm, else null. */
  publish(message: Outgoing): Error | null;
  slot(queue: string): Slot;
  depth(queue: string): number | null;
  deleteQueue(queue: string): void;
}

const ordered = (spec: QueueSpec): string => JSON.stringify(spec, [...Object.keys(spec), 'exchange', 'key'].sort());

export const createMemoryHub = (options: Telemetry & { clock: Clock }): MemoryHub => {
  const { clock, log, metrics } = options;
  const routes = createMemoryRoutes();
  const dispatch = createMemoryDispatch(clock);
  const slots = new Map<string, Slot>();

  const slotOf = (name: string): Slot => {
    const slot = slots.get(name) ?? { name, queue: null, takers: [] };
    slots.set(name, slot);
    return slot;
  };

  /** Stores a copy in each queue. False when one refused. */
  const store = (
    queues: ReadonlySet<string>,
    message: Outgoing,
    copy: { routingKey: string; headers: Readonly<Record<string, unknown>> },
  ): boolean => {
    let accepted = true;
    for (const name of queues) {
      const slot = slotOf(name);
      accepted = (slot.queue?.enqueue(message, copy.routingKey, copy.headers) ?? true) && accepted;
      dispatch.wake(slot);
    }
    return accepted;
  };

  /** To the queue's dead-letter exchange, without its TTL; a message that died here of itself before is dropped (a cycle). */
  const bury = (spec: QueueSpec, stored: Stored, reason: DeathReason): void => {
    if (spec.deadLetter === undefined) return;
    const { exchange, key } = spec.deadLetter;
    const { expiresInMs: _, ...message } = stored.message;
    const first = stored.headers['x-first-death-queue'];
    if (first === spec.name && reason !== 'rejected') return;
    const death = {
      'x-first-death-queue': spec.name,
      'x-first-death-reason': reason,
      'x-first-death-exchange': stored.message.exchange,
    };
    const headers = first === undefined ? { ...stored.headers, ...death } : stored.headers;
    store(routes.queuesFor(exchange, key, []), { ...message, exchange }, { routingKey: key, headers });
  };

  const declareQueue = (spec: QueueSpec): void => {
    const slot = slotOf(spec.name);
    if (slot.queue === null) {
      slot.queue = createMemoryQueue(spec, clock, (stored, reason) => bury(spec, stored, reason));
      dispatch.wake(slot);
    } else if (ordered(slot.queue.spec) !== ordered(spec)) {
      throw new TopologyMismatchError(`queue ${spec.name} exists with other arguments`);
    }
  };

  const core: HubCore = {
    dispatch,
    declare({ exchanges, queues, bindings }) {
      for (const exchange of exchanges) {
        const kind = routes.kindOf(exchange.name);
        if (kind === undefined) routes.addExchange(exchange);
        else if (kind !== exchange.kind) throw new TopologyMismatchError(`exchange ${exchange.name} exists as ${kind}`);
      }
      for (const spec of queues) declareQueue(spec);
      for (const binding of bindings) {
        if (routes.kindOf(binding.exchange) === undefined) {
          throw new TopologyMismatchError(
            `queue ${binding.queue}: there is no exchange ${binding.exchange} to bind it to`,
          );
        }
        routes.bind(binding);
      }
    },
    publish(message) {
      if (routes.kindOf(message.exchange) === undefined) {
        return new BrokerUnavailableError(`there is no exchange ${message.exchange}`);
      }
      const queues = routes.queuesFor(message.exchange, message.routingKey, message.cc ?? []);
      if (queues.size === 0 && message.mandatory === true) {
        return new PublishReturnedError(`no queue is bound to ${message.exchange} by ${message.routingKey}`);
      }
      const copy = { routingKey: message.routingKey, headers: message.headers ?? {} };
      return store(queues, message, copy) ? null : new PublishNackedError(`a queue behind ${message.exchange} is full`);
    },
    slot: slotOf,
    depth: (queue) => slots.get(queue)?.queue?.depth() ?? null,
    deleteQueue(queue) {
      routes.unbindAll(queue);
      const slot = slotOf(queue);
      slot.queue = null;
      if (slot.takers.length === 0) slots.delete(queue);
    },
  };

  return {
    connect: (name, { closeGraceMs = 5_000 } = {}) =>
      createMemoryBroker({ name, core, clock, closeGraceMs, log, metrics }),
  };
};
