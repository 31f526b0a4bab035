import { autoscalingSchema } from '../../../src/contract/resources-scorer.ts';
import { createNames } from '../../../src/contract/topology.ts';
import { createAutoscaler, type QueueLength } from '../../../src/operator/autoscale/autoscaler.ts';
import { noMetrics } from '../../../src/runtime/metrics.ts';
import { createFakeClock } from '../fake-clock.ts';
import { createScaledScorer, type ScaledScorer } from './scaled-scorer.ts';
import { readTrace, step, traceMs } from './trace.ts';

/** The drill of the recorded trace by arithmetic: 40 ms of work, one at a time, deadline 1 s, from 1 to 20 replicas. */
export interface Simulation {
  podStartMs?: number;
  /** `spec.autoscaling`, over its defaults and a maximum of 20. */
  settings?: object;
  /** While true, nothing is heard of demand. */
  isDeaf?(atMs: number): boolean;
}

export interface Simulated {
  changes: { atMs: number; to: number; reason: string }[];
  seconds: readonly { arrived: number; late: number; pods: number; ready: number; backlog: number }[];
  /** By second. */
  wanted: readonly (number | null)[];
  podSeconds: number;
  lateShare: number;
  /** At the end. */
  pods: number;
}

const names = createNames();
const tickMs = 100;
const [interactive, durable] = (['interactive', 'durable'] as const).map((lane) => names.scorer('slow', lane, 0));

/** As the broker's management tells of queues: they are five seconds old at worst. */
const lengths = (scorer: ScaledScorer): QueueLength[] => [
  { name: interactive as string, messagesReady: scorer.backlog(), messagesUnacknowledged: 0 },
  { name: durable as string, messagesReady: 0, messagesUnacknowledged: 0 },
];

export const simulate = ({ podStartMs = 3_000, settings = {}, isDeaf = () => false }: Simulation): Simulated => {
  const clock = createFakeClock();
  const scorer = createScaledScorer({
    ...{ arrivals: readTrace(), serviceMs: 40, deadlineMs: 1_000, podStartMs, replicas: 1 },
  });
  const autoscaler = createAutoscaler({ names, clock, metrics: noMetrics });
  const base = { namespace: 'default', name: 'slow', criterion: 'slow', generation: 0, concurrency: 1, pinned: null };
  const parsed = autoscalingSchema.parse({ maxReplicas: 20, ...settings });
  const changes: Simulated['changes'] = [];
  const wanted: (number | null)[] = [];
  let queues = lengths(scorer);

  const decide = (atMs: number): void => {
    const asked = { ...base, settings: parsed, replicas: scorer.replicas(), deadlineMs: 1_000 };
    for (const { apply, reason, wanted: now } of autoscaler.decide([asked], queues)) {
      wanted.push(now);
      if (apply === null) continue;
      scorer.scale(apply);
      changes.push({ atMs, to: apply, reason });
    }
  };
  for (let atMs = 0; atMs <= traceMs; atMs += tickMs) {
    scorer.runTo(atMs);
    clock.advance(atMs === 0 ? 0 : tickMs);
    if (atMs % 500 === 300 && !isDeaf(atMs)) for (const report of scorer.reports()) autoscaler.take(report);
    if (atMs % 5_000 === 0) queues = lengths(scorer);
    if (atMs % 1_000 === 700) decide(atMs);
  }
  const { seconds, podSeconds } = scorer.result();
  const inStep = seconds.slice(step.fromMs / 1_000, step.toMs / 1_000);
  const sum = (what: 'arrived' | 'late'): number => inStep.reduce((all, second) => all + second[what], 0);
  return { changes, seconds, wanted, podSeconds, lateShare: sum('late') / sum('arrived'), pods: scorer.replicas() };
};
