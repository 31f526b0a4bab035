import type { Publisher } from '../broker/port.ts';
import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { limits } from '../contract/limits.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';

/** Sends answers to the gateways that wait for them. */
export interface Outbox {
  /**
   * Resolves when the answer is confirmed, or can't be: then nobody waits for it any more, or the gateway's own timer
   * answers. Never rejects.
   *
   * @param dueMs Deadline of the request on the monotonic clock
   */
  send(replyTo: string, answer: Answer, dueMs: number): Promise<void>;
}

interface Entry {
  answer: Answer;
  dueMs: number;
  done(): void;
}

interface Line {
  queue: Entry[];
  unconfirmed: number;
  /** Looks at its queue at the end of this turn. */
  due: boolean;
}

/** More than one batch is under way to a gateway only when a good part of the next is full. */
const worthSending = 16;
const mostUnconfirmed = 4;
/** Keeps a batch of long lists with long reasons far below the largest message. */
const mostItems = 2_000;
/** How long after its deadline an answer may still be of use, as the next last good one, ms. */
const keptAfterDeadlineMs = 1_000;

const takeBatch = (queue: Entry[]): Entry[] => {
  let items = 0;
  let count = 0;
  for (const { answer } of queue) {
    items += answer.items.length;
    if (count > 0 && (count === limits.requestsPerBatch || items > mostItems)) break;
    count += 1;
  }
  return queue.splice(0, count);
};

/**
 * Answers to one gateway travel together that are made in the same turn, or while one before them is unconfirmed; nothing
 * waits while the line is idle.
 */
export const createOutbox = (options: {
  publisher: Pick<Publisher, 'publish'>;
  names: Names;
  process: string;
  clock: Clock;
  log: Log;
  /** Acts when what is made together is there: after this turn of the event loop unless told. */
  endOfTurn?(act: () => void): void;
}): Outbox => {
  const { publisher, names, clock, log, endOfTurn = setImmediate } = options;
  const lines = new Map<string, Line>();

  const publish = async (replyTo: string, entries: readonly Entry[]): Promise<void> => {
    const nowMs = clock.monotonicMs();
    const latestMs = entries.reduce((latest, { dueMs }) => Math.max(latest, dueMs), nowMs);
    const answers = entries.map(({ answer }) => answer);
    try {
      await publisher.publish({
        exchange: names.exchange.replies,
        routingKey: replyTo,
        type: messageTypes.answers,
        body: encode({ sender: options.process, sentAtMs: clock.nowMs(), answers }),
        persistent: false,
        mandatory: true,
        expiresInMs: Math.ceil(latestMs - nowMs + keptAfterDeadlineMs),
      });
    } catch (error) {
      // Whether it arrived is unknown; the gateway's last timer answers if not.
      log.warn({ event: 'answers-not-confirmed', answers: answers.length, err: error }, 'answers were not confirmed');
    }
    for (const { done } of entries) done();
  };

  const drain = (replyTo: string, line: Line): void => {
    const mayFlush = (): boolean =>
      line.unconfirmed === 0 || (line.queue.length >= worthSending && line.unconfirmed < mostUnconfirmed);
    while (line.queue.length > 0 && mayFlush()) {
      line.unconfirmed += 1;
      void publish(replyTo, takeBatch(line.queue)).finally(() => {
        line.unconfirmed -= 1;
        if (line.queue.length > 0) drain(replyTo, line);
        else if (line.unconfirmed === 0 && !line.due) lines.delete(replyTo);
      });
    }
  };

  const arrive = (replyTo: string, line: Line): void => {
    if (line.due) return;
    line.due = true;
    endOfTurn(() => {
      line.due = false;
      drain(replyTo, line);
    });
  };

  return {
    send: (replyTo, answer, dueMs) =>
      new Promise((resolve) => {
        const line = lines.get(replyTo) ?? { queue: [], unconfirmed: 0, due: false };
        lines.set(replyTo, line);
        line.queue.push({ answer, dueMs, done: resolve });
        arrive(replyTo, line);
      }),
  };
};
