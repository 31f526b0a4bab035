import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import { isStatus } from './kube/errors.ts';
import { kinds } from './kube/kinds.ts';
import type { KubeObject } from './kube/object.ts';
import type { Kube } from './kube/port.ts';

/**
 * Who of several operators works: the holder of a Lease, as client-go does it.
 *
 * A lease held by another counts as lost when nobody renewed it for its duration on *this* process's monotonic clock:
 * wall clocks of two machines are never compared. The holder itself stops `renewDeadlineMs` after the renewal it last
 * *began*, before anybody else may start.
 */
export interface Election {
  /** At this very moment. Every write asks. */
  leading(): boolean;
  /** Lets go of the lease, so that another takes it at once. */
  stop(): Promise<void>;
}

export interface ElectionOptions {
  kube: Pick<Kube, 'get' | 'create' | 'replace'>;
  name: string;
  identity: string;
  clock: Clock;
  random: () => number;
  log: Log;
  onChange: (leading: boolean) => void;
}

export const leaseTimes = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 } as const;

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

const specOf = (lease: KubeObject): LeaseSpec => (lease.spec ?? {}) as LeaseSpec;

export const startElection = (options: ElectionOptions): Election => {
  const { kube, name, identity, clock, random, log, onChange } = options;
  let seen: { resourceVersion: string; atMs: number } | null = null;
  /** When the renewal that holds began; null: not held. */
  let renewedAtMs: number | null = null;
  let told = false;
  let stopped = false;
  let cancelTurn = (): void => {};
  let turn: Promise<void> = Promise.resolve();

  const leading = (): boolean =>
    renewedAtMs !== null && clock.monotonicMs() - renewedAtMs < leaseTimes.renewDeadlineMs && !stopped;
  const tell = (): void => {
    if (leading() === told) return;
    told = leading();
    log.info({ event: told ? 'leading' : 'not-leading', identity }, told ? 'this process leads' : 'another may lead');
    onChange(told);
  };

  const microTime = (): string => new Date(clock.nowMs()).toISOString().replace('Z', '000Z');
  const specFor = (before: LeaseSpec): LeaseSpec => {
    const mine = before.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: leaseTimes.durationMs / 1_000,
      acquireTime: mine && before.acquireTime !== undefined ? before.acquireTime : microTime(),
      renewTime: microTime(),
      leaseTransitions: (before.leaseTransitions ?? 0) + (mine ? 0 : 1),
    };
  };
  /** Whether somebody else holds it and has shown signs of life. */
  const heldByOther = (lease: KubeObject): boolean => {
    const { resourceVersion = '' } = lease.metadata;
    if (seen?.resourceVersion !== resourceVersion) seen = { resourceVersion, atMs: clock.monotonicMs() };
    const { holderIdentity = '', leaseDurationSeconds = leaseTimes.durationMs / 1_000 } = specOf(lease);
    if (holderIdentity === '' || holderIdentity === identity) return false;
    return clock.monotonicMs() - seen.atMs < leaseDurationSeconds * 1_000;
  };

  const acquireOrRenew = async (): Promise<void> => {
    const beganAtMs = clock.monotonicMs();
    const lease = await kube.get(kinds.lease, name);
    const { apiVersion, kind } = kinds.lease;
    if (lease === null) {
      await kube.create({ apiVersion, kind, metadata: { name }, spec: specFor({}) });
    } else {
      if (heldByOther(lease)) {
        renewedAtMs = null;
        return;
      }
      await kube.replace({ ...lease, spec: specFor(specOf(lease)) });
    }
    renewedAtMs = beganAtMs;
  };

  const takeTurn = async (): Promise<void> => {
    try {
      await acquireOrRenew();
    } catch (cause) {
      // Another was faster: no fault, the next turn sees who.
      if (!isStatus(cause, 409)) log.warn({ event: 'lease-not-renewed', err: cause }, 'will be tried again');
    }
    tell();
  };
  const plan = (): void => {
    if (stopped) return;
    const delayMs = leaseTimes.retryMs * (0.9 + 0.2 * random());
    cancelTurn = clock.setTimer(delayMs, () => {
      turn = takeTurn().finally(plan);
    });
  };
  /** A renewal that hangs must not hold up the news that it came too late. */
  let cancelCheck = (): void => {};
  const check = (): void => {
    cancelCheck = clock.setTimer(1_000, () => {
      tell();
      check();
    });
  };
  turn = takeTurn().finally(plan);
  check();

  return {
    leading,
    async stop() {
      cancelTurn();
      cancelCheck();
      await turn;
      cancelTurn();
      const held = leading();
      stopped = true;
      tell();
      if (!held) return;
      const lease = await kube.get(kinds.lease, name);
      if (lease === null || specOf(lease).holderIdentity !== identity) return;
      await kube.replace({ ...lease, spec: { ...specOf(lease), holderIdentity: '', leaseDurationSeconds: 1 } });
    },
  };
};
