import type { Publisher } from '../broker/port.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { controlKeys, type Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';

/**
 * Tells every gateway and aggregator, this one included, that a user was deleted. What they remember of him is bounded
 * in time and size, so a broker that is away is a warning and not a fault of the deletion.
 */
export const createForgetUser =
  (options: { publisher: Publisher; names: Names; log: Log }) =>
  (user: string): void => {
    const { publisher, names, log } = options;
    const message = { type: messageTypes.forgotten, body: encode({ user }), persistent: false };
    publisher
      .publish({ exchange: names.exchange.control, routingKey: controlKeys.forgotten, ...message })
      .catch((error: unknown) => {
        log.warn(
          { event: 'forgotten-not-published', err: error },
          'other processes may remember a deleted user for a while',
        );
      });
  };
