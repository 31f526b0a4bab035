import type { Broker } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import type { Fleet, PlansMessage } from '../contract/control.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import { type PlanPublisher, startPlanPublisher } from './plan-publisher.ts';
import type { PlanLink } from './reconcile-plans.ts';

/**
 * The operator's own connection to the broker. Kubernetes is reconciled with or without it: it is tried until there is
 * one, and what was to be published meanwhile is published then.
 */
export interface ControlLink extends PlanLink {
  /** This process leads no more: another publishes. */
  pause(): void;
  stop(): Promise<void>;
}

export interface ControlLinkOptions {
  connect: () => Promise<Broker>;
  names: Names;
  process: string;
  clock: Clock;
  log: Log;
  /** A connection is there for the first time; what everybody shares on the broker may not be. */
  onConnected: (broker: Broker) => Promise<void>;
}

const retryMs = 3_000;

export const startControlLink = (options: ControlLinkOptions): ControlLink => {
  const { clock, log } = options;
  let wanted: { plans: PlansMessage; fleet: Fleet } | null = null;
  let broker: Broker | null = null;
  let publisher: PlanPublisher | null = null;
  let trouble: string | null = 'not connected to the broker yet';
  let connecting = true;
  let stopped = false;
  let prepared = false;
  let cancelRetry = (): void => {};

  const open = async (): Promise<void> => {
    broker ??= await options.connect();
    if (!prepared) await options.onConnected(broker);
    prepared = true;
    publisher ??= await startPlanPublisher({ ...options, broker });
    trouble = null;
    if (wanted !== null) await publisher.publish(wanted.plans, wanted.fleet);
  };
  const keepTrying = async (): Promise<void> => {
    try {
      await open();
    } catch (cause) {
      trouble = cause instanceof Error ? cause.message : String(cause);
      log.warn({ event: 'broker-not-connected', err: cause }, 'will be tried again');
      if (!stopped) cancelRetry = clock.setTimer(retryMs, () => void keepTrying());
    }
  };
  const opening = keepTrying().finally(() => {
    connecting = false;
  });

  return {
    async publish(plans, fleet) {
      wanted = { plans, fleet };
      await publisher?.publish(plans, fleet);
    },
    async publishFleet(fleet) {
      if (wanted !== null) wanted = { ...wanted, fleet };
      await publisher?.publishFleet(fleet);
    },
    pause() {
      wanted = null;
      publisher?.pause();
    },
    trouble: () => trouble ?? publisher?.trouble() ?? null,
    connecting: () => connecting,
    connected: () => broker?.ready() ?? false,
    async stop() {
      stopped = true;
      cancelRetry();
      await Promise.race([opening, new Promise<void>((resolve) => clock.setTimer(1_000, resolve))]);
      await publisher?.stop().catch(() => undefined);
      await broker?.close();
    },
  };
};
