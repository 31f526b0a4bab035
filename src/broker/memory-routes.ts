import type { BindingSpec, ExchangeSpec } from '../contract/topology.ts';
import { topicMatches } from './topic-match.ts';

/** Exchanges and bindings of the in-process broker: which queues, by name, get a message. */
export interface MemoryRoutes {
  /** The kind an exchange was declared with, if it was. */
  kindOf(exchange: string): ExchangeSpec['kind'] | undefined;
  addExchange(exchange: ExchangeSpec): void;
  bind(binding: BindingSpec): void;
  unbindAll(queue: string): void;
  /** Each queue once, whichever and however many of the keys reach it. */
  queuesFor(exchange: string, key: string, cc: readonly string[]): ReadonlySet<string>;
}

interface Exchange {
  kind: ExchangeSpec['kind'];
  /** Queues by binding key. */
  bindings: Map<string, Set<string>>;
}

const nowhere: ReadonlySet<string> = new Set();

export const createMemoryRoutes = (): MemoryRoutes => {
  const exchanges = new Map<string, Exchange>();

  const queuesByKey = ({ kind, bindings }: Exchange, key: string): Iterable<ReadonlySet<string>> => {
    if (kind === 'direct') return [bindings.get(key) ?? nowhere];
    return [...bindings].filter(([pattern]) => topicMatches(pattern, key)).map(([, queues]) => queues);
  };

  return {
    kindOf: (exchange) => exchanges.get(exchange)?.kind,
    addExchange: ({ name, kind }) => void exchanges.set(name, { kind, bindings: new Map() }),
    bind({ queue, exchange, key }) {
      const bindings = exchanges.get(exchange)?.bindings;
      const queues = bindings?.get(key) ?? new Set();
      queues.add(queue);
      bindings?.set(key, queues);
    },
    unbindAll(queue) {
      for (const { bindings } of exchanges.values()) {
        for (const [key, queues] of bindings) {
          queues.delete(queue);
          if (queues.size === 0) bindings.delete(key);
        }
      }
    },
    queuesFor(exchange, key, cc) {
      const found = exchanges.get(exchange);
      if (found === undefined) return nowhere;
      const targets = new Set<string>();
      for (const one of [key, ...cc]) {
        for (const queues of queuesByKey(found, one)) for (const queue of queues) targets.add(queue);
      }
      return targets;
    },
  };
};
