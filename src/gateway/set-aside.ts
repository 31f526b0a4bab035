import type { Incoming, Publisher } from '../broker/port.ts';
import { headers, type Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';

export type SetAside = (message: Incoming, reason: string) => Promise<void>;

/** Publishes a message nobody can read to the dead letters with its reason, confirmed, so that it waits for a person and not for a retry. */
export const createSetAside = (options: {
  publisher: Publisher;
  names: Names;
  log: Log;
  metrics: Metrics;
  knownTypes: readonly string[];
}): SetAside => {
  const { publisher, names, log, metrics, knownTypes } = options;
  // From 0 on: a series that begins at 1 shows no increase.
  for (const type of [...knownTypes, 'other']) metrics.count('medley_broker_malformed_total', { type }, 0);

  return async (message, reason) => {
    metrics.count('medley_broker_malformed_total', {
      type: knownTypes.includes(message.type) ? message.type : 'other',
    });
    log.warn({ event: 'message-malformed', type: message.type, reason }, 'a message was set aside');
    try {
      await publisher.publish({
        exchange: names.exchange.deadLetter,
        routingKey: names.dead.malformed,
        type: message.type,
        body: message.body,
        persistent: true,
        headers: { [headers.reason]: reason, [headers.room]: 'gateway', [headers.origin]: message.type },
      });
    } catch (error) {
      log.error({ event: 'message-lost', type: message.type, err: error }, 'the dead letters take nothing; dropped');
    }
  };
};
