import { expect, test } from '@jest/globals';
import { createScaledScorer, type ScaledScorer } from '../../../test/support/elasticity/scaled-scorer.ts';
import { readTrace, step, traceMs } from '../../../test/support/elasticity/trace.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { autoscalingSchema } from '../../contract/resources-scorer.ts';
import { createNames } from '../../contract/topology.ts';
import { noMetrics } from '../../runtime/metrics.ts';
import { createAutoscaler, type QueueLength } from './autoscaler.ts';

/** The drill of the recorded trace by arithmetic: 40 ms of work, one at a time, deadline 1 s, from 1 to 20 replicas. */

const names = createNames();
const tickMs = 100;
const [interactive, durable] = (['interactive', 'durable'] as const).map((lane) => names.scorer('slow', lane, 0));

/** As the broker's management tells of queues: they are five seconds old at worst. */
const lengths = (scorer: ScaledScorer): QueueLength[] => [
  { name: interactive as string, messagesReady: scorer.backlog(), messagesUnacknowledged: 0 },
  { name: durable as string, messagesReady: 0, messagesUnacknowledged: 0 },
];

interface Told {
  podStartMs?: number;
  settings?: object;
  /** While true, nothing is heard of demand. */
  isDeaf?(atMs: number): boolean;
}

const run = ({ podStartMs = 3_000, settings = {}, isDeaf = () => false }: Told) => {
  const clock = createFakeClock();
  const scorer = createScaledScorer({
    ...{ arrivals: readTrace(), serviceMs: 40, deadlineMs: 1_000, podStartMs, replicas: 1 },
  });
  const autoscaler = createAutoscaler({ names, clock, metrics: noMetrics });
  const base = { namespace: 'default', name: 'slow', criterion: 'slow', generation: 0, concurrency: 1, pinned: null };
  const parsed = autoscalingSchema.parse({ maxReplicas: 20, ...settings });
  const changes: { atMs: number; to: number; reason: string }[] = [];
  let queues = lengths(scorer);

  const decide = (atMs: number): void => {
    const asked = { ...base, settings: parsed, replicas: scorer.replicas(), deadlineMs: 1_000 };
    for (const { apply, reason } of autoscaler.decide([asked], queues)) {
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
  return { changes, podSeconds, lateShare: sum('late') / sum('arrived'), pods: scorer.replicas() };
};

test('the step is met: at most 5 % late, at most 1,500 pod-seconds, back at one pod', () => {
  const { lateShare, podSeconds, pods } = run({ settings: { scaleDownStabilisationSeconds: 20 } });
  expect(lateShare).toBeLessThanOrEqual(0.05);
  expect(podSeconds).toBeLessThanOrEqual(1_500);
  expect(pods).toBe(1);
});

test('a part of what the step wants is asked for within a second of it, nearly all within two', () => {
  const { changes } = run({});
  const wantedBy = (atMs: number): number => changes.findLast((change) => change.atMs <= atMs)?.to ?? 1;
  expect(wantedBy(step.fromMs + 1_000)).toBeGreaterThanOrEqual(3);
  expect(wantedBy(step.fromMs + 2_000)).toBeGreaterThanOrEqual(8);
  expect(Math.max(...changes.map(({ to }) => to))).toBe(10);
});

test('chance alone changes nothing: no change but those the steps make', () => {
  const { changes } = run({});
  const isNear = (atMs: number, ofMs: number): boolean => atMs >= ofMs && atMs <= ofMs + 8_000;
  const stabilised = step.toMs + 30_000;
  expect(changes.filter(({ atMs }) => !isNear(atMs, step.fromMs) && !isNear(atMs, stabilised))).toEqual([]);
});

test('pods that take ten seconds to come cost what they must, and no more pods than the load wants', () => {
  const { lateShare, changes } = run({ podStartMs: 10_000 });
  expect(lateShare).toBeLessThanOrEqual(0.1);
  expect(Math.max(...changes.map(({ to }) => to))).toBeLessThanOrEqual(12);
});

test('while nobody tells of demand for two minutes, replicas hold; afterwards they follow again', () => {
  const isDeaf = (atMs: number): boolean => atMs > 60_000 && atMs < 180_000;
  const { changes, pods } = run({ isDeaf });
  expect(changes.filter(({ atMs }) => atMs > 50_000 && atMs < 180_000)).toEqual([]);
  expect(pods).toBe(10);
});
