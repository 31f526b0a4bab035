import type { Broker, Incoming, Verdict } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { headers, type Names } from '../contract/topology.ts';
import { grouped } from './render-table.ts';
import type { Style } from './terminal.ts';

/** Looks at what was set aside as malformed, or drops it. */
export interface DeadLetter {
  type: string;
  reason: string;
  room: string;
  bytes: number;
  /** The first characters of the body. */
  begins: string;
}

/** How long the next message may take to come: others may have taken those that were counted, ms. */
const patienceMs = 5_000;

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
 *
 * @throws InvalidInputError where there is no such queue
 */
export const readDeadLetters = async (
  broker: Broker,
  names: Names,
  options: { count: number; keep: boolean; clock: Clock },
): Promise<readonly DeadLetter[]> => {
  const queue = names.dead.malformed;
  const depth = await broker.depth(queue);
  if (depth === null)
    throw new InvalidInputError('The dead letters', [`there is no queue ${queue} on this broker; is --prefix right?`]);
  const wanted = Math.min(options.count, depth);
  const read: DeadLetter[] = [];
  if (wanted === 0) return read;
  const publisher = await broker.createPublisher();
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  let cancel = options.clock.setTimer(patienceMs, finish);

  const handle = async (message: Incoming): Promise<Verdict> => {
    if (read.length >= wanted) return 'requeue';
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
    read.push(toDeadLetter(message));
    cancel();
    if (read.length === wanted) finish();
    else cancel = options.clock.setTimer(patienceMs, finish);
    return 'ack';
  };
  const consumer = await broker.consume({ queue, prefetch: 1 }, handle);
  await finished;
  cancel();
  await consumer.stop();
  return read;
};

/** One message in three lines: what it is, why it was set aside, how it begins. */
export const renderDeadLetters = (letters: readonly DeadLetter[], style: Style): string =>
  letters
    .map(({ type, room, bytes, reason, begins }, at) => {
      const head = `${at + 1}. ${type || 'no type'} · ${grouped(bytes)} bytes · set aside by ${room || 'nobody known'}`;
      // Control characters of a stranger's message would reach the terminal.
      const text = begins.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
      return `${style.bold(head)}\n   ${reason || 'no reason was given'}\n   ${style.dim(text)}`;
    })
    .join('\n');
