import type { Publisher } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import type { Demand } from '../contract/demand.ts';
import { controlKeys, type Names } from '../contract/topology.ts';
import type { DemandLedger } from './demand-ledger.ts';

/** Tells the operator, twice a second, what a process has counted of each scorer. */
export interface DemandReporter {
  /** Says it a last time, and that nothing more will come. Never rejects. */
  leave(): Promise<void>;
}

/** Two looks a second: a step in demand is seen whole within a second of it. */
const everyMs = 500;
/** A later one says more than one that waited. */
const expiresInMs = 2_000;
/**
 * While the broker does not answer they must not pile up. One at a time would be too few: a report goes to every operator, is
 * confirmed once each of their queues has it, and one whose node is gone would make the sender silent to the others.
 */
const mostUnderWay = 4;

/**
 * Starts reporting. Since reports hold totals, nothing is lost with those that are left out while too many are under way.
 *
 * @param options.process as operators know it; `startedAtMs` tells its restarts apart
 */
export const startDemandReporter = (options: {
  publisher: Pick<Publisher, 'publish'>;
  ledger: Pick<DemandLedger, 'report'>;
  names: Names;
  process: string;
  role: Demand['role'];
  clock: Clock;
}): DemandReporter => {
  const { publisher, ledger, names, process, role, clock } = options;
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  let underWay = 0;
  let cancel = (): void => {};

  const report = async (leaving: boolean): Promise<void> => {
    const uptimeMs = clock.monotonicMs() - startedMs;
    const message: Demand = { sender: process, role, startedAtMs, uptimeMs, leaving, ...ledger.report() };
    try {
      await publisher.publish({
        exchange: names.exchange.control,
        routingKey: controlKeys.demand,
        type: messageTypes.demand,
        body: encode(message),
        persistent: false,
        expiresInMs,
      });
    } catch {
      // The next one says it all; that the broker is away is told by whoever needs it.
    }
  };
  const repeat = (): void => {
    cancel = clock.setTimer(everyMs, () => {
      repeat();
      if (underWay >= mostUnderWay) return;
      underWay += 1;
      void report(false).finally(() => {
        underWay -= 1;
      });
    });
  };
  repeat();
  return {
    leave() {
      cancel();
      return report(true);
    },
  };
};
