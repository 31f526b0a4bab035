import { MessageTooLargeError } from '../broker/errors.ts';
import type { Publisher } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { encode } from '../contract/codec.ts';
import { maximumMessageBytes, messageTypes } from '../contract/control.ts';
import type { Names } from '../contract/topology.ts';
import { batchKey, composeBatch, maxBatchSize, takeBatch } from './batch.ts';
import type { SentBatch } from './demand-ledger.ts';
import { createSenderName } from './sender-name.ts';
import type { ServiceTimes } from './service-times.ts';
import type { Scatter, Shipment } from './shipment.ts';

interface Entry {
  shipment: Shipment;
  maxSize: number;
  resolve(): void;
  reject(error: unknown): void;
}

export interface ScatterOptions {
  publisher: Publisher;
  names: Names;
  /** The process, as receivers know its clock by. */
  sender: string;
  clock: Clock;
  serviceTimes: ServiceTimes;
  /** Told of each batch sent, for the room that scatters to count. */
  onBatch?(batch: SentBatch & { requests: readonly Shipment[] }): void;
  /** Acts when what has arrived together is in: after this turn of the event loop unless told. */
  endOfTurn?(act: () => void): void;
}

interface Line {
  queue: Entry[];
  unconfirmed: number;
  /** Looks at its queue at the end of this turn. */
  due: boolean;
  /** Ends the wait for the confirm of an earlier batch; null: nothing waits. */
  cancelWait: (() => void) | null;
}

/**
 * The longest a shipment waits for the confirm of an earlier batch, ms. A message is confirmed once every queue it went to
 * has it: one queue whose node is gone keeps all confirms back, and would hold up what is meant for the others.
 */
const mostWaitMs = 25;

/**
 * Turns shipments into batches, and each batch into one publish that reaches every chosen scorer and the aggregator.
 *
 * Nothing waits while the line is idle: a shipment goes out at once when no batch of its key is unconfirmed, with those
 * that came in the same turn. While one is, shipments of that key gather, and go out together when it is confirmed, as
 * soon as a batch is full, or after 25 ms.
 *
 * @example await createScatter(options).send(shipment)
 */
export const createScatter = (options: ScatterOptions): Scatter => {
  const { endOfTurn = setImmediate } = options;
  const lines = new Map<string, Line>();
  const senderName = createSenderName(options.sender, options.clock);
  let waiting = 0;

  const publish = async (entries: readonly Entry[], routes: ReturnType<typeof takeBatch>['routes']): Promise<void> => {
    const shipments = entries.map((entry) => entry.shipment);
    const { names, clock } = options;
    const { batch, results, scorers, longestRemainingMs } = composeBatch(shipments, routes, {
      names,
      sender: senderName(),
      nowMs: clock.nowMs(),
    });
    const body = encode(batch);
    if (body.length > maximumMessageBytes && entries.length > 1) {
      const half = entries.length >> 1;
      await Promise.all([publish(entries.slice(0, half), routes), publish(entries.slice(half), routes)]);
      return;
    }
    const durable = batch.lane === 'durable';
    try {
      if (body.length > maximumMessageBytes)
        throw new MessageTooLargeError(
          `a request of ${body.length} bytes; at most ${maximumMessageBytes} fit a message`,
        );
      options.onBatch?.({ lane: batch.lane, criteria: batch.criteria, requests: shipments });
      await options.publisher.publish({
        exchange: names.exchange.scatter,
        routingKey: results,
        cc: scorers,
        type: messageTypes.requests,
        body,
        persistent: durable,
        mandatory: true,
        expiresInMs: Math.ceil(longestRemainingMs),
      });
      for (const entry of entries) entry.resolve();
    } catch (error) {
      for (const entry of entries) entry.reject(error);
    }
  };

  const endWait = (line: Line): void => {
    line.cancelWait?.();
    line.cancelWait = null;
  };

  const flush = (key: string, line: Line): void => {
    const { entries, routes } = takeBatch(line.queue);
    if (line.queue.length === 0) endWait(line);
    if (entries.length === 0) return;
    waiting -= entries.length;
    line.unconfirmed += 1;
    void publish(entries, routes).finally(() => {
      line.unconfirmed -= 1;
      if (line.queue.length > 0) drain(key, line);
      else if (line.unconfirmed === 0 && !line.due) lines.delete(key);
    });
  };

  const isFull = (line: Line): boolean => line.queue.length >= (line.queue[0]?.maxSize ?? Number.POSITIVE_INFINITY);

  /** Sends full batches at once, and a part-filled one only when nothing is unconfirmed. */
  const drain = (key: string, line: Line): void => {
    while (line.queue.length > 0 && (line.unconfirmed === 0 || isFull(line))) flush(key, line);
  };

  const wait = (key: string, line: Line): void => {
    if (line.cancelWait !== null || line.queue.length === 0) return;
    line.cancelWait = options.clock.setTimer(mostWaitMs, () => {
      line.cancelWait = null;
      while (line.queue.length > 0) flush(key, line);
    });
  };

  const arrive = (key: string, line: Line): void => {
    while (isFull(line)) flush(key, line);
    if (line.unconfirmed > 0) wait(key, line);
    if (line.due || line.unconfirmed > 0) return;
    line.due = true;
    endOfTurn(() => {
      line.due = false;
      drain(key, line);
      if (line.unconfirmed === 0) lines.delete(key);
    });
  };

  return {
    send: (shipment) =>
      new Promise((resolve, reject) => {
        const remainingMs = Math.max(0, shipment.ask.deadlineAtMs - options.clock.nowMs());
        const maxSize = maxBatchSize(shipment, remainingMs, options.serviceTimes);
        const key = batchKey(shipment, remainingMs, maxSize);
        let line = lines.get(key);
        if (line === undefined) {
          line = { queue: [], unconfirmed: 0, due: false, cancelWait: null };
          lines.set(key, line);
        }
        line.queue.push({ shipment, maxSize, resolve, reject });
        waiting += 1;
        arrive(key, line);
      }),
    waiting: () => waiting,
  };
};
