import type { Incoming, Publisher, Verdict } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { decodeIntake, decodeRequests, encode, type ReceivedRequests } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import type { PartialBatch } from '../contract/partial-batch.ts';
import { subjectKey } from '../contract/primitives.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { AnswerStore } from '../store/port.ts';
import { idInIntake } from './intake-id.ts';
import type { Persevere } from './persevere.ts';
import type { SetAside } from './set-aside.ts';

/** Turns what a queue gave up on into a failure somebody sees. */
export interface DeadLetters {
  /** An accepted request that killed its aggregator too often. */
  intake(message: Incoming): Promise<Verdict>;
  /** A batch that a scorer's durable queue gave up on: its requests get a `failed` partial of that criterion. */
  scoring(message: Incoming): Promise<Verdict>;
}

interface Death {
  queue: string;
  reason: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Where a message died first, and why: RabbitMQ notes it in headers. Null: it says nothing. */
const deathOf = (headers: Readonly<Record<string, unknown>>): Death | null => {
  const first = Array.isArray(headers['x-death']) ? (headers['x-death'] as unknown[]).at(-1) : undefined;
  const oldest = (first ?? {}) as { queue?: unknown; reason?: unknown };
  const queue = text(headers['x-first-death-queue']) ?? text(oldest.queue);
  const reason = text(headers['x-first-death-reason']) ?? text(oldest.reason) ?? 'unknown';
  return queue === undefined ? null : { queue, reason };
};

/** Before a dead letter that could not be dealt with is looked at again, ms. */
const againMs = 1_000;

const reasonTexts: Readonly<Record<string, string>> = {
  delivery_limit: 'was given up after too many attempts',
  expired: 'was not begun before its deadline',
  rejected: 'was rejected by its scorer',
  maxlen: 'found no room in the queue of its scorer',
};

export const createDeadLetters = (options: {
  publisher: Pick<Publisher, 'publish'>;
  answers: Pick<AnswerStore, 'fail'>;
  names: Names;
  process: string;
  setAside: SetAside;
  persevere: Persevere;
  clock: Clock;
  log: Log;
}): DeadLetters => {
  const { publisher, answers, names, setAside, persevere, clock, log } = options;

  /** The criterion whose durable queue it was, whatever the generation. */
  const criterionOf = (queue: string, criteria: readonly string[]): string | undefined =>
    criteria.find((criterion) => {
      const own = names.scorer(criterion, 'durable', 0);
      return queue === own || queue.startsWith(`${own}.g`);
    });

  const partialsOf = (batch: ReceivedRequests, criterion: string, reason: string): PartialBatch['partials'] => {
    const bits = batch.criteria.reduce((mask, name, bit) => (name === criterion ? mask | (1 << bit) : mask), 0);
    const outcome = reason === 'expired' ? ('expired' as const) : ('failed' as const);
    return batch.requests
      .filter((request) => (request.mask & bits) !== 0)
      .map((request) => ({
        id: request.id,
        round: request.round,
        subject: subjectKey(request.subject),
        deadlineAtMs: request.deadlineAtMs,
        outcome,
        items: [],
        scores: [],
        floor: null,
        detail: reasonTexts[reason] ?? `was given up: ${reason}`,
        waitMs: 0,
        serviceMs: 0,
      }));
  };

  const publishPartials = async (batch: ReceivedRequests, criterion: string, reason: string): Promise<void> => {
    const partials = partialsOf(batch, criterion, reason);
    if (partials.length === 0) return;
    const { lane, results } = batch;
    const message: PartialBatch = {
      criterion,
      lane,
      scorer: options.process,
      sentAtMs: clock.nowMs(),
      model: null,
      partials,
    };
    await publisher.publish({
      exchange: names.exchange.results,
      routingKey: results,
      type: messageTypes.partials,
      body: encode(message),
      persistent: lane === 'durable',
    });
    log.warn({ event: 'scoring-given-up', criterion, reason, requests: partials.length }, 'a scorer gave requests up');
  };

  const failIntake = async (message: Incoming): Promise<void> => {
    const decoded = decodeIntake(message);
    const id = decoded.ok ? decoded.value.ask.id : idInIntake(message.body);
    const because = `The request was given up: ${deathOf(message.headers)?.reason ?? 'no reason was noted'}.`;
    if (id !== null) await persevere(() => answers.fail(id, because));
    if (!decoded.ok) await setAside.whole(message, decoded.reason);
    log.error({ event: 'intake-given-up', requestId: id }, 'an accepted request failed');
  };

  const failScoring = async (message: Incoming): Promise<void> => {
    const decoded = decodeRequests(message);
    if (!decoded.ok) return setAside.whole(message, decoded.reason);
    const { value, bad } = decoded;
    const death = deathOf(message.headers);
    const criterion = death === null ? undefined : criterionOf(death.queue, value.criteria);
    if (death === null || criterion === undefined) {
      return setAside.whole(message, `dead-lettered by ${death?.queue ?? 'no known queue'}, which is no scorer's`);
    }
    await publishPartials(value, criterion, death.reason);
    await setAside.parts(
      message.type,
      bad.map(({ part, reason }) => ({ envelope: { ...value, requests: [part] }, reason })),
    );
  };

  /** These are the last queues: what they drop nobody sees, so what can't be done now stays there. */
  const settling =
    (handle: (message: Incoming) => Promise<void>) =>
    async (message: Incoming): Promise<Verdict> => {
      try {
        await handle(message);
        return 'ack';
      } catch (error) {
        log.warn({ event: 'dead-letter-kept', type: message.type, err: error }, 'will be tried again');
        await new Promise<void>((resolve) => void clock.setTimer(againMs, resolve));
        return 'requeue';
      }
    };

  return { intake: settling(failIntake), scoring: settling(failScoring) };
};
