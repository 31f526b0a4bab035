import type { Broker, Consumer, Publisher, Verdict } from '../broker/port.ts';
import { decodePlans, encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { controlKeys, controlTopology, type Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import type { SetAside } from './set-aside.ts';

const prefetch = 100;
const wantedExpiresInMs = 10_000;

/** Takes in plans as they are published, and asks for those in force. */
export const startControl = async (options: {
  broker: Broker;
  publisher: Publisher;
  names: Names;
  process: string;
  plans: PlanBook;
  setAside: SetAside;
  log: Log;
}): Promise<Consumer> => {
  const { broker, publisher, names, process, plans, setAside, log } = options;
  await broker.declare(controlTopology(names, process, [controlKeys.plans]));
  const consumer = await broker.consume(
    { queue: names.control(process), prefetch },
    async (message): Promise<Verdict> => {
      const decoded = decodePlans(message);
      if (!decoded.ok) await setAside.whole(message, decoded.reason);
      else if (plans.take(decoded.value.plans))
        log.info({ event: 'plans-taken', plans: plans.versions() }, 'new plans');
      return 'ack';
    },
  );
  try {
    await publisher.publish({
      exchange: names.exchange.control,
      routingKey: controlKeys.plansWanted,
      type: messageTypes.plansWanted,
      body: encode({ sender: process }),
      persistent: false,
      expiresInMs: wantedExpiresInMs,
    });
  } catch (error) {
    log.warn({ event: 'plans-not-asked-for', err: error }, 'the plans at hand stay until new ones are published');
  }
  return consumer;
};
