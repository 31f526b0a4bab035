import type { Broker, Verdict } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { decodePlansWanted, encode } from '../contract/codec.ts';
import { type Fleet, messageTypes, type PlansMessage } from '../contract/control.ts';
import { controlKeys, controlTopology, type Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';

/**
 * Publishes the plans and the size of the fleet on the control exchange: at start, when asked, and every few seconds
 * so that nobody who missed a message stays behind. A set without plans is published too: it says that the last one is gone.
 * Before the first `publish` nothing is said. On one machine `medley up` does what the operator does on a cluster.
 */
export interface PlanPublisher {
  publish(plans: PlansMessage, fleet: Fleet): Promise<void>;
  /** The plans are as they were. */
  publishFleet(fleet: Fleet): Promise<void>;
  /** Says nothing more until the next `publish`: somebody else does. */
  pause(): void;
  /** Why nothing could be published, the repeat neither; null: it could. */
  trouble(): string | null;
  stop(): Promise<void>;
}

const repeatMs = 5_000;
const expiresInMs = 10_000;

export const startPlanPublisher = async (options: {
  broker: Broker;
  names: Names;
  process: string;
  clock: Clock;
  log: Log;
}): Promise<PlanPublisher> => {
  const { broker, names, process, clock, log } = options;
  let current: { plans: PlansMessage; fleet: Fleet } | null = null;
  let trouble: { message: string; sinceMs: number } | null = null;
  let cancelRepeat = (): void => undefined;
  await broker.declare(controlTopology(names, { role: 'operator', process }, [controlKeys.plansWanted]));
  const publisher = await broker.createPublisher();

  const send = async (key: string, type: string, message: object): Promise<void> => {
    try {
      const body = encode(message);
      await publisher.publish({
        exchange: names.exchange.control,
        routingKey: key,
        type,
        body,
        persistent: false,
        expiresInMs,
      });
      trouble = null;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      trouble = { message, sinceMs: trouble?.sinceMs ?? clock.monotonicMs() };
      log.warn(
        { event: 'plans-not-published', type, error },
        'plans could not be published; will be again in a moment',
      );
    }
  };
  const sendAll = async (): Promise<void> => {
    if (current === null) return;
    const { plans, fleet } = current;
    await send(controlKeys.plans, messageTypes.plans, plans);
    await send(controlKeys.fleet, messageTypes.fleet, fleet);
  };
  const repeat = (): void => {
    cancelRepeat = clock.setTimer(repeatMs, () => {
      void sendAll();
      repeat();
    });
  };

  const consumer = await broker.consume(
    { queue: names.control('operator', process), prefetch: 10 },
    async (message): Promise<Verdict> => {
      const wanted = decodePlansWanted(message);
      if (wanted.ok) await sendAll();
      return 'ack';
    },
  );
  repeat();

  return {
    async publish(plans, fleet) {
      current = { plans, fleet };
      await sendAll();
    },
    async publishFleet(fleet) {
      if (current === null) return;
      current = { ...current, fleet };
      await send(controlKeys.fleet, messageTypes.fleet, fleet);
    },
    pause() {
      current = null;
    },
    // One that failed once is made good by the repeat, and no news.
    trouble: () => (trouble !== null && clock.monotonicMs() - trouble.sinceMs > repeatMs ? trouble.message : null),
    async stop() {
      cancelRepeat();
      await consumer.stop();
      await broker.deleteQueues([names.control('operator', process)]);
    },
  };
};
