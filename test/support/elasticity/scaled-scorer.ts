import type { Demand } from '../../../src/contract/demand.ts';
import { createDemandLedger } from '../../../src/scatter/demand-ledger.ts';

/**
 * A scorer behind a gateway, as arithmetic: requests come by a trace, pods work them off one at a time, the gateway
 * refuses what could not be in time, an autoscaler is asked. For tests of scaling without a cluster.
 */
export interface ScaledScorer {
  /** Runs until `toMs`. */
  runTo(toMs: number): void;
  /** Set the Deployment to so many. */
  scale(replicas: number): void;
  replicas(): number;
  /** Requests in the queue or being worked on. */
  backlog(): number;
  reports(): readonly Demand[];
  result(): Result;
}

export interface Result {
  /** By second of arrival: how many came, and how many of them were refused, expired or late. */
  seconds: readonly { arrived: number; late: number; pods: number; ready: number; backlog: number }[];
  podSeconds: number;
}

interface Waiting {
  arrivedMs: number;
}

interface Pod {
  readyMs: number;
  freeMs: number;
  /** It was told to stop: it takes nothing more. */
  leaving: boolean;
}

/** The part of the deadline that a gateway lets its estimate of the wait fill. */
const usable = 0.8;
const stepMs = 5;
const criterion = 'slow';

export const createScaledScorer = (options: {
  arrivals: readonly number[];
  serviceMs: number;
  deadlineMs: number;
  podStartMs: number;
  replicas: number;
}): ScaledScorer => {
  const { arrivals, serviceMs, deadlineMs, podStartMs } = options;
  const gateway = createDemandLedger();
  const aggregator = createDemandLedger();
  const pods: Pod[] = Array.from({ length: options.replicas }, () => ({ readyMs: 0, freeMs: 0, leaving: false }));
  const queue: Waiting[] = [];
  const seconds: { arrived: number; late: number; pods: number; ready: number; backlog: number }[] = [];
  let nowMs = 0;
  let next = 0;
  let podMs = 0;

  const secondOf = (atMs: number) => {
    const at = Math.floor(atMs / 1_000);
    while (seconds.length <= at) seconds.push({ arrived: 0, late: 0, pods: 0, ready: 0, backlog: 0 });
    return seconds[at] as (typeof seconds)[number];
  };
  const ready = (): Pod[] => pods.filter((pod) => !pod.leaving && pod.readyMs <= nowMs);
  const late = (arrivedMs: number): void => {
    secondOf(arrivedMs).late += 1;
  };

  const arrive = (atMs: number): void => {
    secondOf(atMs).arrived += 1;
    const slots = ready().length;
    const waitMs = slots === 0 ? Number.POSITIVE_INFINITY : (queue.length * serviceMs) / slots;
    if (waitMs > 0 && waitMs + serviceMs > deadlineMs * usable) {
      gateway.count('interactive', criterion, slots === 0 ? 'asleep' : 'full');
      late(atMs);
      return;
    }
    gateway.count('interactive', criterion, 'admitted');
    gateway.sent({ lane: 'interactive', criteria: [criterion], requests: [{ criteria: [{ criterion }] }] });
    queue.push({ arrivedMs: atMs });
  };

  /** Takes one request; what has expired costs nothing. */
  const begin = (pod: Pod, one: Waiting): void => {
    const dueMs = one.arrivedMs + deadlineMs;
    if (nowMs < dueMs) {
      pod.freeMs = Math.max(pod.freeMs, nowMs - stepMs) + serviceMs;
      aggregator.served('interactive', criterion, serviceMs);
    }
    if (nowMs >= dueMs || pod.freeMs > dueMs) late(one.arrivedMs);
  };

  const work = (): void => {
    for (const pod of ready()) while (pod.freeMs <= nowMs && queue.length > 0) begin(pod, queue.shift() as Waiting);
    for (const pod of pods.filter((one) => one.leaving && one.freeMs <= nowMs)) pods.splice(pods.indexOf(pod), 1);
  };

  const busy = (): number => pods.filter((pod) => pod.freeMs > nowMs).length;
  const report = (role: Demand['role'], ledger: typeof gateway): Demand => ({
    ...{ sender: role, role, startedAtMs: 1, uptimeMs: nowMs, leaving: false },
    ...ledger.report(),
  });

  return {
    runTo(toMs) {
      for (; nowMs < toMs; nowMs += stepMs) {
        while ((arrivals[next] ?? Number.POSITIVE_INFINITY) <= nowMs) arrive(arrivals[next++] as number);
        work();
        podMs += pods.length * stepMs;
        const second = secondOf(nowMs);
        second.pods = Math.max(second.pods, pods.length);
        second.ready = ready().length;
        second.backlog = queue.length + busy();
      }
    },
    scale(replicas) {
      const staying = pods.filter((pod) => !pod.leaving);
      for (let more = staying.length; more < replicas; more += 1)
        pods.push({ readyMs: nowMs + podStartMs, freeMs: 0, leaving: false });
      for (const pod of staying.slice(replicas)) pod.leaving = true;
    },
    replicas: () => pods.filter((pod) => !pod.leaving).length,
    backlog: () => queue.length + busy(),
    reports: () => [report('gateway', gateway), report('aggregator', aggregator)],
    result: () => ({ seconds, podSeconds: podMs / 1_000 }),
  };
};
