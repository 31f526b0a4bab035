import type { Publisher } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { encode } from '../contract/codec.ts';
import { type AggregatorAnnouncement, messageTypes } from '../contract/control.ts';
import { controlKeys, type Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import { createSenderName } from '../scatter/sender-name.ts';

/** Says a few times a second that this aggregator lives and what it holds, so that gateways know whom to ask. */
export interface Announcer {
  /** Says at once that it leaves, and goes on saying it; resolves when that was confirmed or can't be. */
  leave(): Promise<void>;
  stop(): void;
}

/** A later one says more than one that waited. */
const expiresInMs = 1_000;
/**
 * While the broker does not answer they must not pile up. One at a time would be too few: an announcement goes to every
 * gateway, is confirmed once each of their queues has it, and one whose node is gone keeps that back for a second or more.
 */
const mostUnderWay = 5;

export const startAnnouncer = async (options: {
  publisher: Pick<Publisher, 'publish'>;
  names: Names;
  process: string;
  ordinal: number;
  everyMs: number;
  /** Whether its results reach it: while they don't, gateways had better hear nothing of it. */
  hears(): boolean;
  state(): Pick<AggregatorAnnouncement, 'openGroups' | 'capacity' | 'plans'>;
  clock: Clock;
  log: Log;
}): Promise<Announcer> => {
  const { publisher, names, process, ordinal, clock, log } = options;
  const name = createSenderName(process, clock);
  let leaving = false;
  let stopped = false;
  let underWay = 0;
  let cancel = (): void => {};

  const announce = async (): Promise<void> => {
    const message: AggregatorAnnouncement = {
      aggregator: name(),
      ordinal,
      sentAtMs: clock.nowMs(),
      leaving,
      ...options.state(),
    };
    try {
      await publisher.publish({
        exchange: names.exchange.control,
        routingKey: controlKeys.aggregator,
        type: messageTypes.aggregator,
        body: encode(message),
        persistent: false,
        expiresInMs,
      });
    } catch (error) {
      log.debug({ event: 'not-announced', err: error }, 'will be announced again in a moment');
    }
  };
  const repeat = (): void => {
    cancel = clock.setTimer(options.everyMs, () => {
      if (stopped) return;
      if (underWay < mostUnderWay && (leaving || options.hears())) {
        underWay += 1;
        void announce().finally(() => {
          underWay -= 1;
        });
      }
      repeat();
    });
  };

  if (options.hears()) await announce();
  repeat();
  return {
    leave() {
      leaving = true;
      return announce();
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
};
