import type { Called } from './open-loop.ts';
import type { PodCount } from './watch-pods.ts';

/** One second of a run. */
export interface Second {
  arrived: number;
  late: number;
  /** Of the late ones, those that were told so at once. */
  refused: number;
  pods: number;
  ready: number;
  backlog: number | null;
  wanted: number | null;
}

export interface Sample {
  atMs: number;
  backlog: number | null;
  wanted: number | null;
}

export interface Run {
  mode: string;
  seconds: readonly Second[];
  summary: Summary;
}

export interface Summary {
  requests: number;
  lateShareOfStep: number;
  p50OfStepMs: number;
  p99OfStepMs: number;
  mostPods: number;
  podSeconds: number;
  podsAtEnd: number;
  /** From the step until the last pod that it brought was asked for, and until it was ready, s. */
  allWantedAfterS: number | null;
  allReadyAfterS: number | null;
}

const last = <T extends { atMs: number }>(entries: readonly T[], atMs: number): T | undefined =>
  entries.findLast((one) => one.atMs <= atMs);

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** The area under the number of pods, pod-seconds. */
export const podSecondsOf = (counts: readonly PodCount[], toMs: number): number => {
  let sum = 0;
  for (const [index, one] of counts.entries()) {
    const untilMs = Math.min(toMs, counts[index + 1]?.atMs ?? toMs);
    sum += one.pods * Math.max(0, untilMs - Math.max(0, one.atMs));
  }
  return sum / 1_000;
};

/** Puts together what was seen, second by second. All moments are ms from the start of the trace. Pure. */
export const summarise = (
  mode: string,
  seen: { called: readonly Called[]; counts: readonly PodCount[]; samples: readonly Sample[] },
  trace: { lengthMs: number; step: { fromMs: number; toMs: number } },
): Run => {
  const { called, counts, samples } = seen;
  const { lengthMs, step } = trace;
  const seconds = Array.from({ length: lengthMs / 1_000 }, (_, second): Second => {
    const endMs = (second + 1) * 1_000;
    const own = called.filter(({ atMs }) => atMs >= second * 1_000 && atMs < endMs);
    const { pods = 0, ready = 0 } = last(counts, endMs) ?? {};
    const { backlog = null, wanted = null } = last(samples, endMs) ?? {};
    const late = own.filter(({ inTime }) => !inTime);
    const refused = late.filter(({ status }) => status === 429 || status === 503).length;
    return { arrived: own.length, late: late.length, refused, pods, ready, backlog, wanted };
  });
  const inStep = called.filter(({ atMs }) => atMs >= step.fromMs && atMs < step.toMs);
  const took = inStep.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const mostPods = Math.max(0, ...seconds.map(({ pods }) => pods));
  const afterS = (isThere: (second: Second) => boolean): number | null => {
    const at = seconds.findIndex((second, index) => index * 1_000 >= step.fromMs && isThere(second));
    return at === -1 ? null : at + 1 - step.fromMs / 1_000;
  };
  return {
    mode,
    seconds,
    summary: {
      requests: called.length,
      lateShareOfStep: inStep.filter(({ inTime }) => !inTime).length / Math.max(1, inStep.length),
      p50OfStepMs: Math.round(percentile(took, 0.5)),
      p99OfStepMs: Math.round(percentile(took, 0.99)),
      mostPods,
      podSeconds: Math.round(podSecondsOf(counts, lengthMs)),
      podsAtEnd: last(counts, lengthMs)?.pods ?? 0,
      allWantedAfterS: afterS(({ pods }) => pods >= mostPods),
      allReadyAfterS: afterS(({ ready }) => ready >= mostPods),
    },
  };
};
