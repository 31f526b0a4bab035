import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { answerTo, bookOf, createCountingMetrics, sampleBody } from '../../test/support/gateway-parts.ts';
import { requestId, samplePlan } from '../../test/support/gathering-samples.ts';
import type { Answer } from '../contract/answer.ts';
import { silentLog } from '../runtime/log.ts';
import { createDemandLedger } from '../scatter/demand-ledger.ts';
import type { Shipment } from '../scatter/shipment.ts';
import { createAsker } from './asker.ts';
import { createDispatcher } from './dispatcher.ts';
import { createLoad } from './load.ts';
import { createRoster } from './roster.ts';

/** A small generator, the same numbers every time (Park & Miller 1988). */
const createRandom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
};

test('10,000 interleaved requests with duplicate, late, foreign and unknown answers: each gets its own, once', async () => {
  const clock = createFakeClock();
  const metrics = createCountingMetrics();
  const roster = createRoster({ clock });
  const announce = (): void =>
    roster.observe({
      ...{ aggregator: 'a', ordinal: 0, sentAtMs: clock.nowMs(), leaving: false, openGroups: 0 },
      ...{ capacity: 100_000, plans: { home: 1 } },
    });
  const random = createRandom(17);
  /** Answers on their way, in no order. */
  const flying: Answer[] = [];
  const answerOf = (shipment: Shipment): Answer =>
    answerTo(shipment, { items: [{ id: `for ${shipment.ask.id}`, score: 1 }], coverage: { weight: 1, criteria: [] } });
  const dispatcher = createDispatcher({
    demand: createDemandLedger(),
    ...{ roster, load: createLoad(clock), clock, metrics, replyTo: 'r', serviceTimes: { observe() {} } },
    scatter: {
      async send(shipment) {
        const answer = answerOf(shipment);
        const kind = random(20);
        if (kind > 0) flying.push(answer);
        if (kind < 3) flying.push({ ...answer, subject: { kind: 'user', id: 'somebody else' } });
        if (kind < 6) flying.push(answer, { ...answer, requestId: requestId(1_000_000 + random(1_000)) });
      },
    },
  });
  const asker = createAsker({
    ...{ plans: bookOf(samplePlan()), dispatcher, clock, metrics, log: silentLog, graceMs: 25, maxOpen: 100_000 },
    profiles: async () => ({ profile: { items: [], weights: [], atMs: [] }, seen: [] }),
    fallback: { find: () => ({ source: 'popular', items: [{ id: 'popular', score: 1 }] }), remember() {} },
    brokerState: () => 'ready',
  });

  const answers = new Map<string, Answer[]>();
  const deliver = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    for (let some = random(4); some > 0 && flying.length > 0; some -= 1) {
      const [answer] = flying.splice(random(flying.length), 1);
      if (answer !== undefined) asker.receive(answer);
    }
    clock.advance(random(3));
  };
  for (let number = 1; number <= 10_000; number += 1) {
    if (number % 100 === 0) announce();
    if (number === 1) announce();
    const id = requestId(number);
    answers.set(id, []);
    const body = sampleBody({ user: String(random(50)), deadlineMs: 50 + random(250) });
    void asker.ask(body, { id, atMs: clock.monotonicMs() }).then((answer) => answers.get(id)?.push(answer));
    await deliver();
  }
  clock.advance(1_000);
  for (const answer of flying) asker.receive(answer);
  await deliver();

  let fresh = 0;
  for (const [id, given] of answers) {
    expect([id, given.length, given[0]?.requestId]).toEqual([id, 1, id]);
    const [item] = given[0]?.items ?? [];
    if (given[0]?.source === 'fresh') fresh += 1;
    expect(item?.id).toBe(given[0]?.source === 'fresh' ? `for ${id}` : 'popular');
  }
  expect(fresh).toBeGreaterThan(2_000);
  expect(fresh).toBeLessThan(10_000);
  expect(asker.open()).toBe(0);
  const strays = (reason: string): number => metrics.value(`medley_gateway_stray_answers_total{reason="${reason}"}`);
  expect(Math.min(strays('late'), strays('foreign'), strays('unknown'))).toBeGreaterThan(100);
});
