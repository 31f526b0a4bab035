import type { AggregatorSettings } from '../../src/aggregator/settings.ts';
import { type RunningAggregator, startAggregator } from '../../src/aggregator/start-aggregator.ts';
import type { Incoming, Verdict } from '../../src/broker/port.ts';
import type { Answer, AnswerBatch } from '../../src/contract/answer.ts';
import { encode } from '../../src/contract/codec.ts';
import { type AggregatorAnnouncement, messageTypes } from '../../src/contract/control.ts';
import { type Item, itemSchema } from '../../src/contract/item.ts';
import type { Partial as ScorerPartial } from '../../src/contract/partial-batch.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { Ask, RequestBatch, ScoringRequest } from '../../src/contract/request-batch.ts';
import { createNames } from '../../src/contract/topology.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { createMetrics } from '../../src/runtime/metrics.ts';
import { createPlanBook } from '../../src/scatter/plan-book.ts';
import { createFakeAnswers } from './fake-answers.ts';
import { createFakeBroker } from './fake-broker.ts';
import { createFakeClock } from './fake-clock.ts';
import { sampleRequest } from './gathering-samples.ts';

/** One aggregator on a fake broker and a fake clock: a test plays gateway and scorers. */
export const names = createNames('t');

/** Lets everything run that waits for nothing but its turn. */
export const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export type Settling = { verdict: Verdict | 'failed' | null };

export const startScene = async (options: {
  plans: readonly Plan[];
  settings?: Partial<AggregatorSettings>;
  items?: readonly Item[];
}) => {
  const clock = createFakeClock();
  const broker = createFakeBroker();
  const metrics = createMetrics({ processMetrics: false });
  const answers = createFakeAnswers();
  const catalogue = options.items ?? ['a', 'b', 'c', 'd'].map((id) => itemSchema.parse({ id, title: `Film ${id}` }));
  const items = {
    get: async (ids: readonly string[]) => catalogue.filter(({ id }) => ids.includes(id)),
    list: async () => catalogue,
    count: async () => catalogue.length,
    version: async () => 1,
    put: async () => {},
    delete: async () => false,
  };
  const aggregator: RunningAggregator = await startAggregator({
    broker,
    store: { items, answers },
    names,
    ordinal: 0,
    process: 'aggregator-0',
    plans: createPlanBook(options.plans),
    clock,
    log: silentLog,
    metrics,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });

  const deliver = (queue: string, message: Pick<Incoming, 'type' | 'body'> & Partial<Incoming>): Settling => {
    const settling: Settling = { verdict: null };
    broker.deliver(queue, message).then(
      (verdict) => {
        settling.verdict = verdict;
      },
      () => {
        settling.verdict = 'failed';
      },
    );
    return settling;
  };
  const request = (overrides: Partial<ScoringRequest> = {}): ScoringRequest =>
    sampleRequest({ deadlineAtMs: clock.nowMs() + 300, ...overrides });
  const published = (exchange: string) => broker.published.filter((message) => message.exchange === exchange);
  const parsed = <T>(exchange: string): T[] => published(exchange).map(({ body }) => JSON.parse(body.toString()) as T);

  return {
    clock,
    broker,
    metrics,
    answers,
    aggregator,
    request,
    deliver,
    published,
    /** Delivers a scattered batch of the interactive lane. */
    ask(
      requests: readonly unknown[],
      message: Partial<Incoming> & { criteria?: readonly string[]; sentAtMs?: number } = {},
    ): Settling {
      const { criteria = ['genres', 'history'], sentAtMs = clock.nowMs(), ...rest } = message;
      const results = names.results(0, 'interactive');
      const envelope = {
        lane: 'interactive',
        sender: 'gateway',
        sentAtMs,
        results,
        replyTo: 'replies',
        criteria,
      };
      return deliver(results, { type: messageTypes.requests, body: encode({ ...envelope, requests }), ...rest });
    },
    /** Delivers what a scorer says. */
    say(
      criterion: string,
      partials: readonly (ScorerPartial | object)[],
      lane: 'interactive' | 'durable' = 'interactive',
    ): Settling {
      const envelope = {
        criterion,
        lane,
        scorer: `scorer-${criterion}`,
        sentAtMs: clock.nowMs(),
        model: null,
        partials,
      };
      return deliver(names.results(0, lane), { type: messageTypes.partials, body: encode(envelope) });
    },
    /** Delivers an accepted durable request. */
    accept(ask: object, message: Partial<Incoming> = {}): Settling {
      const body = encode({ sender: 'gateway', sentAtMs: clock.nowMs(), ask });
      return deliver(names.intake, { type: messageTypes.intake, body, ...message });
    },
    durableAsk(overrides: Partial<Ask> = {}): Ask {
      const { round: _r, mask: _m, topN: _t, planVersion: _v, skipped: _s, ...ask } = request();
      return { ...ask, deadlineAtMs: clock.nowMs() + 600_000, remainingMs: 600_000, ...overrides };
    },
    /** All answers sent to gateways so far, in order. */
    sent: (): Answer[] => parsed<AnswerBatch>(names.exchange.replies).flatMap((batch) => batch.answers),
    scattered: (): RequestBatch[] => parsed<RequestBatch>(names.exchange.scatter),
    announced: (): AggregatorAnnouncement[] =>
      published(names.exchange.control)
        .filter(({ type }) => type === messageTypes.aggregator)
        .map(({ body }) => JSON.parse(body.toString()) as AggregatorAnnouncement),
    setAside: () => published(names.exchange.deadLetter),
    /** Moves time in small steps and lets what follows run. */
    async pass(ms: number, stepMs = ms): Promise<void> {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(Math.min(stepMs, ms - passed));
        await turns(5);
      }
    },
  };
};

export type Scene = Awaited<ReturnType<typeof startScene>>;
