import type { Broker, Consumer, Incoming, Publisher, Verdict } from '../broker/port.ts';
import { decodeForgotten, decodePlans, encode } from '../contract/codec.ts';
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
  /** A user was deleted. */
  forget(user: string): void;
  setAside: SetAside;
  log: Log;
}): Promise<Consumer> => {
  const { broker, publisher, names, process, plans, forget, setAside, log } = options;
  await broker.declare(
    controlTopology(names, { role: 'aggregator', process }, [controlKeys.plans, controlKeys.forgotten]),
  );
  /** Null: taken in. Else why it can't be read. */
  const takePlans = (message: Incoming): string | null => {
    const decoded = decodePlans(message);
    if (!decoded.ok) return decoded.reason;
    if (plans.take(decoded.value)) log.info({ event: 'plans-taken', plans: plans.versions() }, 'new plans');
    return null;
  };
  const takeForgotten = (message: Incoming): string | null => {
    const decoded = decodeForgotten(message);
    if (!decoded.ok) return decoded.reason;
    forget(decoded.value.user);
    return null;
  };
  const consumer = await broker.consume(
    { queue: names.control('aggregator', process), prefetch },
    async (message): Promise<Verdict> => {
      const reason = message.type === messageTypes.forgotten ? takeForgotten(message) : takePlans(message);
      if (reason !== null) await setAside.whole(message, reason);
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
