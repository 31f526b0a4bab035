import type { ChannelModel } from 'amqplib';
import type { Clock } from '../contract/clock.ts';
import type { BindingSpec, QueueSpec, Topology } from '../contract/topology.ts';
import { declareTopology } from './amqp-topology.ts';
import { HomeNodeDownError } from './errors.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * The queues that expire: those of one process, which declares them again whenever its consumer comes back.
 *
 * In a cluster a classic queue lives on one node. When that node is gone the queue can be neither read nor deleted nor
 * declared, so the process moves: a queue of another name (`….g1`), on the node it is connected to, under the same
 * routing keys. Publishers name keys and exchanges, never queues, so they notice nothing. The queue that was left behind
 * comes back with its node, unused, and expires.
 */
export interface PassingQueues {
  /** Declares all of a topology, and remembers its queues that expire with their bindings. */
  declare(model: ChannelModel, topology: Topology): Promise<void>;
  /** Declares the queue again, moved where its node is gone. The name to consume; of any other queue its own. */
  nameToday(model: ChannelModel, queue: string): Promise<string>;
  /** Declares it never again. Every name it has or had that may be there still. */
  forget(queue: string): readonly string[];
}

interface Passing {
  spec: QueueSpec;
  bindings: Map<string, BindingSpec>;
  generation: number;
}

/**
 * How long it may take to declare a queue, ms. RabbitMQ knows at once that a node has ended; of one whose machine
 * is gone it waits for an answer, again and again, for a minute and longer.
 */
const silenceMs = 3_000;

/** A cluster has fewer nodes than this; the last generation that could not be declared says why. */
const mostMoves = 9;

const nameOf = (queue: string, generation: number): string => (generation === 0 ? queue : `${queue}.g${generation}`);

export const createPassingQueues = ({ clock, log, metrics }: Telemetry & { clock: Clock }): PassingQueues => {
  const queues = new Map<string, Passing>();

  const remember = (spec: QueueSpec, bindings: readonly BindingSpec[]): Passing => {
    const known = queues.get(spec.name);
    const passing = { spec, bindings: known?.bindings ?? new Map(), generation: known?.generation ?? 0 };
    for (const binding of bindings) passing.bindings.set(JSON.stringify([binding.exchange, binding.key]), binding);
    queues.set(spec.name, passing);
    return passing;
  };

  const declareAs = (model: ChannelModel, { spec, bindings }: Passing, name: string): Promise<void> =>
    declareTopology(model, {
      exchanges: [],
      queues: [{ ...spec, name }],
      bindings: [...bindings.values()].map((binding) => ({ ...binding, queue: name })),
    });

  /** @throws HomeNodeDownError also where the broker says nothing for long: the channel that waits is left to itself */
  const declareInTime = (model: ChannelModel, passing: Passing, name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => reject(new HomeNodeDownError(`queue ${name}: no answer within ${silenceMs} ms`));
      const cancel = clock.setTimer(silenceMs, giveUp);
      declareAs(model, passing, name).then(resolve, reject).finally(cancel);
    });

  /** Tries its present name, then the next ones: a process that was just started finds where the last one had moved. */
  const settle = async (model: ChannelModel, passing: Passing): Promise<string> => {
    const { name: queue } = passing.spec;
    const first = passing.generation;
    for (let generation = first; ; generation += 1) {
      const name = nameOf(queue, generation);
      try {
        await declareInTime(model, passing, name);
        passing.generation = generation;
        return name;
      } catch (error) {
        if (!(error instanceof HomeNodeDownError) || generation >= first + mostMoves) throw error;
        log.warn({ queue: name, next: nameOf(queue, generation + 1), reason: error.message }, 'broker.queue.moved');
        metrics.count('medley_broker_queues_moved_total');
      }
    }
  };

  return {
    async declare(model, topology) {
      const passing = topology.queues.filter(({ expiresMs }) => expiresMs !== undefined);
      const own = new Set(passing.map(({ name }) => name));
      await declareTopology(model, {
        exchanges: topology.exchanges,
        queues: topology.queues.filter(({ name }) => !own.has(name)),
        bindings: topology.bindings.filter(({ queue }) => !own.has(queue)),
      });
      for (const spec of passing) {
        const bindings = topology.bindings.filter(({ queue }) => queue === spec.name);
        await settle(model, remember(spec, bindings));
      }
    },
    async nameToday(model, queue) {
      const passing = queues.get(queue);
      return passing === undefined ? queue : settle(model, passing);
    },
    forget(queue) {
      const generation = queues.get(queue)?.generation ?? 0;
      queues.delete(queue);
      return generation === 0 ? [queue] : [nameOf(queue, generation), queue];
    },
  };
};
