import type { Clock } from '../contract/clock.ts';
import { TopologyMissingError } from './errors.ts';
import type { Broker } from './port.ts';
import type { Telemetry } from './telemetry.ts';

/** How long a process waits for the user, the exchanges and the queues that somebody else makes for it, ms. */
const patienceMs = 300_000;
const againMs = 1_000;

/** Options of a broker whose user may be created, or given another password, while this process starts already. */
export const waitsForItsUser = { startPatienceMs: patienceMs, refusalPatienceMs: patienceMs } as const;

/**
 * The same broker for a process that declares nothing shared (`MEDLEY_DECLARE=false`): what it binds its own queues to
 * may not be there yet, for the operator starts when it starts.
 *
 * @throws TopologyMissingError from `declare`, when what is missing did not come for five minutes
 */
export const waitForOthers = (broker: Broker, { clock, log }: { clock: Clock; log: Telemetry['log'] }): Broker => ({
  ...broker,
  async declare(topology) {
    const giveUpAtMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      try {
        return await broker.declare(topology);
      } catch (error) {
        if (!(error instanceof TopologyMissingError) || clock.monotonicMs() >= giveUpAtMs) throw error;
        log.warn({ reason: error.message }, 'broker.topology.awaited');
        await new Promise<void>((resolve) => void clock.setTimer(againMs, resolve));
      }
    }
  },
});
