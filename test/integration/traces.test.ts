import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import { createMemoryHub } from '../../src/broker/memory-hub.ts';
import type { Broker } from '../../src/broker/port.ts';
import type { Question, Scored } from '../../src/contract/scoring.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { startTracing } from '../../src/runtime/start-tracing.ts';
import type { Tracer } from '../../src/runtime/tracer.ts';
import { testAmqpUrl } from '../support/broker-amqp.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { until } from '../support/until.ts';

/** One request followed from HTTP to its answer through a broker, as a collector of traces sees it. */
const shared = { log: silentLog, metrics: noMetrics, clock: systemClock };
const callersTrace = '4bf92f3577b34da6a3ce929d0e0e4736';
const callersSpan = '00f067aa0ba902b7';

const ranked = (question: Question): Scored => {
  const items = ['1', '2', '3'].filter((id) => !question.drop.has(id));
  return { items, scores: items.map((_, at) => 1 / (at + 1)), floor: null };
};
/** Half a second behind its deadline for everybody but those who warm up. */
const turtle = async (question: Question): Promise<Scored> => {
  await sleep(question.subject.id === 'first' ? 0 : 800);
  return ranked(question);
};

const brokers: [string, () => (process: string) => Promise<Broker>][] = [
  [
    'the in-process broker',
    () => {
      const hub = createMemoryHub(shared);
      return async (process) => hub.connect(process);
    },
  ],
  ['RabbitMQ', () => (name) => createAmqpBroker({ url: testAmqpUrl, name, ...shared })],
];

describe.each(brokers)('traces over %s', (_, createConnect) => {
  let receiver: OtlpReceiver;
  let stage: Stage;
  let tracers: Tracer[];

  const begin = async (env: Record<string, string> = {}): Promise<void> => {
    receiver = await startOtlpReceiver();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.endpoint;
    tracers = [];
    const tracerFor = async (role: string): Promise<Tracer | null> => {
      const tracer = await startTracing({ role, instance: `${role}-1`, log: silentLog }, { ...process.env, ...env });
      if (tracer !== null) tracers.push(tracer);
      return tracer;
    };
    stage = await startStage({
      connect: createConnect(),
      scorers: { quick: { score: ranked }, turtle: { score: turtle, concurrency: 4 } },
      recommenders: {
        home: {
          criteria: [
            { criterion: 'quick', weight: 3 },
            { criterion: 'turtle', weight: 1 },
          ],
          deadlineMs: 300,
        },
      },
      tracerFor,
    });
    await until('a first whole answer', async () => (await stage.ask({ user: 'first' })).answer.complete === true);
  };
  const flush = async (): Promise<void> => {
    await Promise.all(tracers.map((tracer) => tracer.close()));
    tracers = [];
  };
  const ask = (headers: Record<string, string>) =>
    fetch(`${stage.base}/v1/users/7/recommendations?recommender=home`, { headers });
  const inTrace = (): ReceivedSpan[] => receiver.spans.filter(({ traceId }) => traceId === callersTrace);
  const named = (name: string): ReceivedSpan => {
    const found = inTrace().filter((span) => span.name === name);
    expect([name, found.length]).toEqual([name, 1]);
    return found[0] as ReceivedSpan;
  };

  beforeEach(() => {
    tracers = [];
  });
  afterEach(async () => {
    await stage.stop();
    await flush();
    await receiver.close();
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  });

  test('follow a request through gateway, scorers and aggregator, the turtle after the answer', async () => {
    await begin();
    const response = await ask({ traceparent: `00-${callersTrace}-${callersSpan}-01` });
    expect(response.status).toBe(200);
    const requestId = response.headers.get('x-request-id');
    await sleep(1_000);
    await flush();

    expect(receiver.paths.every((path) => path === 'POST /v1/traces')).toBe(true);
    const request = named('GET /v1/users/:id/recommendations');
    expect(request).toMatchObject({ service: 'medley-gateway', parentSpanId: callersSpan, kind: 2, isError: false });
    expect(request.attributes).toMatchObject({
      'medley.request_id': requestId,
      'medley.source': 'fresh',
      'medley.complete': false,
      'medley.coverage': 0.75,
      'medley.missing': 'turtle=late',
    });
    const scatter = named('scatter');
    expect(scatter).toMatchObject({ service: 'medley-gateway', parentSpanId: request.spanId, kind: 4 });
    const quick = named('scorer quick');
    const slow = named('scorer turtle');
    expect(quick).toMatchObject({ service: 'medley-scorer-quick', parentSpanId: scatter.spanId, kind: 5 });
    expect(slow).toMatchObject({ service: 'medley-scorer-turtle', parentSpanId: scatter.spanId });
    const scored = inTrace().filter(({ name }) => name === 'score');
    expect(scored.map(({ parentSpanId }) => parentSpanId).sort()).toEqual([quick.spanId, slow.spanId].sort());
    for (const name of ['gather', 'fuse', 'answer']) {
      expect(named(name)).toMatchObject({ service: 'medley-aggregator', parentSpanId: scatter.spanId });
    }
    expect(named('gather').attributes['medley.missing']).toBe('turtle');
    expect(named('partial quick')).toMatchObject({ parentSpanId: quick.spanId });
    expect(named('partial quick').attributes['medley.result']).toBe('counted');
    const late = named('partial turtle');
    expect(late).toMatchObject({ service: 'medley-aggregator', parentSpanId: slow.spanId });
    expect(late.attributes['medley.result']).toBe('late');
    expect(late.beganMs).toBeGreaterThan(request.endedMs);
    expect(slow.endedMs - slow.beganMs).toBeGreaterThanOrEqual(795);
    expect(inTrace()).toHaveLength(11);
  });

  test('go on through the durable lane to the same trace', async () => {
    await begin();
    const accepted = await fetch(`${stage.base}/v1/recommendations`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        prefer: 'respond-async',
        traceparent: `00-${callersTrace}-${callersSpan}-01`,
      },
      body: JSON.stringify({ recommender: 'home', user: 'first' }),
    });
    expect(accepted.status).toBe(202);
    await until('the durable answer', async () => {
      const status = (await (await fetch(`${stage.base}${accepted.headers.get('location')}`)).json()) as {
        state: string;
      };
      return status.state === 'answered';
    });
    await flush();
    const request = named('POST /v1/recommendations');
    expect(request.attributes['http.response.status_code']).toBe(202);
    for (const name of ['scorer quick', 'scorer turtle', 'gather', 'fuse']) {
      expect(named(name).parentSpanId).toBe(request.spanId);
    }
  });

  test('keep to what the caller decided: an unsampled trace leaves no span anywhere', async () => {
    await begin();
    await ask({ traceparent: `00-${callersTrace}-${callersSpan}-00` });
    await sleep(1_000);
    await flush();
    expect(inTrace()).toEqual([]);
    expect(receiver.spans.length).toBeGreaterThan(0);
  });

  test('are taken as often as OTEL_TRACES_SAMPLER says', async () => {
    await begin({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    await ask({});
    await ask({ traceparent: `00-${callersTrace}-${callersSpan}-01` });
    await sleep(1_000);
    await flush();
    expect(inTrace().length).toBeGreaterThan(5);
    expect(receiver.spans.filter(({ traceId }) => traceId !== callersTrace)).toEqual([]);
  });
});
