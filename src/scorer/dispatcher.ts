import type { Clock } from '../contract/clock.ts';
import type { Partial } from '../contract/partial-batch.ts';
import { type Lane, lanes, subjectKey } from '../contract/primitives.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { createBacklog, planSlice } from './backlog.ts';
import type { Engine, JobResult } from './engine.ts';
import type { RenderedPartial, Work } from './held-batch.ts';
import { expired, type Judgement, type Rendered, render } from './judgement.ts';
import type { ScoringTrace } from './scoring-trace.ts';

/** Moves requests from the backlog through the engine to the message they came in. */
export interface Dispatcher {
  add(works: readonly Work[]): void;
  /** Begins whatever a free place may begin. */
  pump(): void;
  waiting(): Readonly<Record<Lane, number>>;
  running(): number;
  /** Drops what waits; for the end of a drain. */
  clear(): void;
}

export interface DispatcherOptions {
  engine: Engine;
  criterion: string;
  sliceMs: number;
  sweepMs: number;
  clock: Clock;
  metrics: Metrics;
  /** Null: traces are off. */
  trace?: ScoringTrace | null;
}

const smoothing = 0.2;
const latelyMs = 60_000;

const renderedExpired = render(expired);

/** The text of a partial: what the host knows of the request, then what was judged of it. */
const toPartial = (
  { request }: Work,
  judgement: Rendered,
  times: Pick<Partial, 'waitMs' | 'serviceMs' | 'traceparent'>,
): RenderedPartial => {
  const known = {
    id: request.id,
    round: request.round,
    subject: subjectKey(request.subject),
    deadlineAtMs: request.deadlineAtMs,
    waitMs: Math.max(0, times.waitMs),
    serviceMs: Math.max(0, times.serviceMs),
    // Left out of the text where it is undefined.
    traceparent: times.traceparent,
  } satisfies { [K in Exclude<keyof Partial, keyof Judgement>]: Partial[K] | undefined };
  return { json: `${JSON.stringify(known).slice(0, -1)},${judgement.json.slice(1)}`, serviceMs: known.serviceMs };
};

export const createDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { engine, criterion, clock, metrics, trace = null } = options;
  const backlog = createBacklog<Work>();
  const serviceMs: Record<Lane, number | null> = { interactive: null, durable: null };
  const running: Record<Lane, number> = { interactive: 0, durable: 0 };
  let interactiveAtMs = Number.NEGATIVE_INFINITY;
  let sweeping = false;

  const gauge = (): void => {
    const waiting = backlog.waiting();
    for (const lane of lanes) metrics.gauge('medley_scorer_waiting_requests', { criterion, lane }, waiting[lane]);
  };

  const expire = (works: readonly Work[]): void => {
    const now = clock.monotonicMs();
    for (const work of works) {
      metrics.count('medley_scorer_requests_total', { criterion, lane: work.lane, outcome: 'expired' });
      const traceparent = trace?.judged(work, 'expired', null);
      const times = { waitMs: now - work.sentMs, serviceMs: 0, traceparent };
      work.batch.finish(work, toPartial(work, renderedExpired, times), null);
    }
  };

  const report = (work: Work, result: JobResult): void => {
    const { lane } = work;
    const waitMs = result.begunAtMs - work.sentMs;
    const before = serviceMs[lane];
    serviceMs[lane] = before === null ? result.serviceMs : before + smoothing * (result.serviceMs - before);
    metrics.count('medley_scorer_requests_total', { criterion, lane, outcome: result.judgement.outcome });
    metrics.observe('medley_scorer_service_seconds', { criterion, lane }, result.serviceMs / 1_000);
    metrics.observe('medley_scorer_wait_seconds', { criterion, lane }, waitMs / 1_000);
    const traceparent = trace?.judged(work, result.judgement.outcome, result.begunAtMs);
    const partial = toPartial(work, result.judgement, { waitMs, serviceMs: result.serviceMs, traceparent });
    work.batch.finish(work, partial, result.model);
  };

  const begin = async (lane: Lane, works: readonly Work[]): Promise<void> => {
    const begun = new Set<Work>();
    running[lane] += 1;
    await engine.run(works, (work, result) => {
      begun.add(work);
      report(work, result);
    });
    running[lane] -= 1;
    if (begun.size < works.length) backlog.putBack(works.filter((work) => !begun.has(work)));
    pump();
  };

  const next = (): boolean => {
    const now = clock.monotonicMs();
    const slice = planSlice({
      waiting: backlog.waiting(),
      serviceMs,
      slots: engine.slots,
      free: engine.free(),
      durableSlots: running.durable,
      interactiveLately: now - interactiveAtMs < latelyMs,
      sliceMs: options.sliceMs,
    });
    if (slice === null) return false;
    const { live, expired: late } = backlog.take(slice, now);
    expire(late);
    if (live.length > 0) void begin(slice.lane, live);
    return true;
  };

  /** While something waits that no place is free for, those whose deadline passes make room for fresh ones. */
  const sweep = (): void => {
    expire(backlog.takeExpired(clock.monotonicMs()));
    const { interactive, durable } = backlog.waiting();
    sweeping = interactive + durable > 0;
    if (sweeping) clock.setTimer(options.sweepMs, sweep);
    else gauge();
  };

  const pump = (): void => {
    while (next());
    gauge();
    const { interactive, durable } = backlog.waiting();
    if (sweeping || interactive + durable === 0) return;
    sweeping = true;
    clock.setTimer(options.sweepMs, sweep);
  };

  return {
    add(works) {
      if (works.some((work) => work.lane === 'interactive')) interactiveAtMs = clock.monotonicMs();
      backlog.add(works);
      pump();
    },
    pump,
    waiting: () => backlog.waiting(),
    running: () => running.interactive + running.durable,
    clear() {
      backlog.clear();
    },
  };
};
