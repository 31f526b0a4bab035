import { PublishNackedError, PublishReturnedError } from '../broker/errors.ts';
import type { Incoming, Outgoing, Publisher } from '../broker/port.ts';
import { type BadPart, encode, type ReceivedRequests } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { headers, type Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Sent } from './outbox.ts';

/** What does not go the ordinary way: malformed messages and parts, and batches that are taken apart. */
export interface SetAside {
  /** A body that is no batch at all goes to the dead letters as it is. */
  whole(message: Incoming, reason: string): Promise<Sent>;
  /** A bad part goes there in an envelope of its own, so that a person can read, mend and send it again. */
  part(envelope: ReceivedRequests, bad: BadPart): Promise<Sent>;
  /** Each request again as a message of its own, to this scorer's own queue. */
  singles(envelope: ReceivedRequests, requests: readonly ScoringRequest[]): Promise<Sent>;
}

export interface SetAsideOptions {
  publisher: Publisher;
  names: Names;
  criterion: string;
  log: Log;
  metrics: Metrics;
}

const maximumReason = 500;

export const createSetAside = (options: SetAsideOptions): SetAside => {
  const { publisher, names, log, metrics } = options;
  // From 0 on: a series that begins at 1 shows no increase.
  metrics.count('medley_broker_malformed_total', { type: messageTypes.requests }, 0);

  /** Settled in the end even where the dead letters take nothing: a malformed message is never tried again. */
  const deadLetter = async (body: Buffer, type: string, reason: string): Promise<Sent> => {
    metrics.count('medley_broker_malformed_total', { type: messageTypes.requests });
    log.warn({ criterion: options.criterion, reason }, 'malformed: set aside');
    try {
      await publisher.publish({
        exchange: names.exchange.deadLetter,
        routingKey: names.dead.malformed,
        type,
        body,
        persistent: true,
        mandatory: true,
        headers: {
          [headers.reason]: reason.slice(0, maximumReason),
          [headers.room]: 'scorer',
          [headers.origin]: type,
        },
      });
      return 'confirmed';
    } catch (cause) {
      if (!(cause instanceof PublishReturnedError || cause instanceof PublishNackedError)) return 'unavailable';
      log.error({ err: cause, queue: names.dead.malformed }, 'malformed: no dead-letter queue took it, dropped');
      return 'returned';
    }
  };

  const again = (envelope: ReceivedRequests, request: ScoringRequest): Outgoing => ({
    exchange: names.again(options.criterion),
    routingKey: names.scorer(options.criterion, 'durable', 0),
    type: messageTypes.requests,
    body: encode({ ...envelope, requests: [request] }),
    persistent: true,
    mandatory: true,
  });

  return {
    whole: (message, reason) => deadLetter(message.body, message.type, reason),
    part: (envelope, bad) =>
      deadLetter(encode({ ...envelope, requests: [bad.part] }), messageTypes.requests, bad.reason),
    async singles(envelope, requests) {
      try {
        await Promise.all(requests.map((request) => publisher.publish(again(envelope, request))));
        return 'confirmed';
      } catch (cause) {
        log.warn(
          { err: cause, criterion: options.criterion },
          'a redelivered batch could not be taken apart, it comes back',
        );
        return 'unavailable';
      }
    },
  };
};
