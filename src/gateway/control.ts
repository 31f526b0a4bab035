import type { Broker, Consumer, Incoming, Publisher } from '../broker/port.ts';
import {
  type Decoded,
  decodeAnnouncement,
  decodeFleet,
  decodeForgotten,
  decodePlans,
  encode,
} from '../contract/codec.ts';
import { messageTypes, type PlansMessage } from '../contract/control.ts';
import { controlKeys, controlTopology, type Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import type { Load } from './load.ts';
import type { Roster } from './roster.ts';
import type { SetAside } from './set-aside.ts';

export interface ControlOptions {
  broker: Broker;
  publisher: Publisher;
  names: Names;
  process: string;
  plans: PlanBook;
  roster: Pick<Roster, 'observe'>;
  load: Pick<Load, 'take'>;
  /** A user was deleted, here or through another gateway. */
  forget(user: string): void;
  log: Log;
  setAside: SetAside;
}

const prefetch = 100;
const wantedExpiresInMs = 10_000;

/** Null: taken in. Else why it can't be read. */
const reading =
  <T>(decode: (message: Incoming) => Decoded<T>, take: (value: T) => void) =>
  (message: Incoming): string | null => {
    const decoded = decode(message);
    if (!decoded.ok) return decoded.reason;
    take(decoded.value);
    return null;
  };

/** Listens to the control exchange: who gathers, by which plans, and how many scorers there are. */
export const startControl = async (options: ControlOptions): Promise<Consumer> => {
  const { broker, names, process, plans, roster, load, log } = options;
  const { aggregator, plans: published, fleet, forgotten } = controlKeys;
  await broker.declare(controlTopology(names, { role: 'gateway', process }, [aggregator, published, fleet, forgotten]));

  const takePlans = (value: PlansMessage): void => {
    if (plans.take(value)) log.info({ event: 'plans-taken', plans: plans.versions() }, 'new plans');
  };
  const readers = new Map<string, (message: Incoming) => string | null>([
    [messageTypes.aggregator, reading(decodeAnnouncement, roster.observe)],
    [messageTypes.fleet, reading(decodeFleet, load.take)],
    [messageTypes.plans, reading(decodePlans, takePlans)],
    [messageTypes.forgotten, reading(decodeForgotten, ({ user }) => options.forget(user))],
  ]);
  const unknownType = (message: Incoming): string => `type ${message.type} is none of the control exchange`;

  const consumer = await broker.consume({ queue: names.control('gateway', process), prefetch }, async (message) => {
    const reason = (readers.get(message.type) ?? unknownType)(message);
    if (reason !== null) await options.setAside(message, reason);
    return 'ack' as const;
  });
  await askForPlans(options);
  return consumer;
};

/** Whoever publishes plans answers by publishing them; nobody there is no fault, the plans at hand stay. */
const askForPlans = async ({ publisher, names, process, log }: ControlOptions): Promise<void> => {
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
};
