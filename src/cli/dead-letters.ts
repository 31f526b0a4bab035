import type { Broker, Incoming, Verdict } from '../broker/port.ts';
import { headers, type Names } from '../contract/topology.ts';

/** Looks at what was set aside as malformed, or drops it. */
export interface DeadLetter {
  type: string;
  reason: string;
  room: string;
  bytes: number;
  /** The first characters of the body. */
  begins: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const toDeadLetter = (message: Incoming): DeadLetter => ({
  type: message.type,
  reason: textOf(message.headers[headers.reason]),
  room: textOf(message.headers[headers.room]),
  bytes: message.body.length,
  begins: message.body.toString('utf8', 0, 200),
});

/** Headers a copy keeps: Medley's own. */
const keptHeaders = (message: Incoming): Record<string, string> =>
  Object.fromEntries(Object.values(headers).map((name) => [name, textOf(message.headers[name])]));

/**
 * Takes at most `count` messages from the head of the queue, one by one. To keep one, a copy goes to the tail,
 * confirmed, before the message is settled: handing it back would use up its deliveries.
 */
export const readDeadLetters = async (
  broker: Broker,
  names: Names,
  options: { count: number; keep: boolean },
): Promise<readonly DeadLetter[]> => {
  const queue = names.dead.malformed;
  const depth = (await broker.depth(queue)) ?? 0;
  const wanted = Math.min(options.count, depth);
  const read: DeadLetter[] = [];
  if (wanted === 0) return read;
  const publisher = await broker.createPublisher();
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const handle = async (message: Incoming): Promise<Verdict> => {
    if (read.length >= wanted) return 'requeue';
    read.push(toDeadLetter(message));
    if (options.keep) {
      const { type, body } = message;
      const copy = {
        exchange: names.exchange.deadLetter,
        routingKey: queue,
        type,
        body,
        headers: keptHeaders(message),
      };
      await publisher.publish({ ...copy, persistent: true, mandatory: true });
    }
    if (read.length === wanted) finish();
    return 'ack';
  };
  const consumer = await broker.consume({ queue, prefetch: 1 }, handle);
  await finished;
  await consumer.stop();
  return read;
};
