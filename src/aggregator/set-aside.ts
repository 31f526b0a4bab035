import { BrokerUnavailableError } from '../broker/errors.ts';
import type { Incoming, Publisher } from '../broker/port.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { headers, type Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';

/** Puts what can't be read where a person finds it, with the reason. */
export interface SetAside {
  /**
   * A body that is no message at all, as it came.
   *
   * @throws BrokerUnavailableError the message must come back
   */
  whole(message: Incoming, reason: string): Promise<void>;
  /** The bad parts of a batch, each alone in its envelope, so that it can be mended and sent again. */
  parts(type: string, bad: readonly { envelope: object; reason: string }[]): Promise<void>;
}

const knownTypes: ReadonlySet<string> = new Set(Object.values(messageTypes));
const longestReason = 500;

export const createSetAside = (options: {
  publisher: Pick<Publisher, 'publish'>;
  names: Names;
  log: Log;
  metrics: Metrics;
}): SetAside => {
  const { publisher, names, log, metrics } = options;
  // From 0 on: a series that begins at 1 shows no increase.
  for (const type of [...knownTypes, 'other']) metrics.count('medley_broker_malformed_total', { type }, 0);

  const publish = async (type: string, body: Buffer, reason: string): Promise<void> => {
    metrics.count('medley_broker_malformed_total', { type: knownTypes.has(type) ? type : 'other' });
    log.warn({ event: 'message-malformed', type, reason }, 'malformed: set aside');
    try {
      await publisher.publish({
        exchange: names.exchange.deadLetter,
        routingKey: names.dead.malformed,
        type,
        body,
        persistent: true,
        mandatory: true,
        headers: {
          [headers.reason]: reason.slice(0, longestReason),
          [headers.room]: 'aggregator',
          [headers.origin]: type,
        },
      });
    } catch (error) {
      if (error instanceof BrokerUnavailableError) throw error;
      // It would come back for ever.
      log.error({ event: 'message-lost', type, err: error }, 'the dead letters take nothing; dropped');
    }
  };

  return {
    whole: (message, reason) => publish(message.type, message.body, reason),
    async parts(type, bad) {
      await Promise.all(bad.map(({ envelope, reason }) => publish(type, encode(envelope), reason)));
    },
  };
};
