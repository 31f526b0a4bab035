import { expect, test } from '@jest/globals';
import { createFakeBroker } from '../../test/support/fake-broker.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import type { Broker } from '../broker/port.ts';
import { messageTypes } from '../contract/control.ts';
import { createNames } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { startControlLink } from './control-link.ts';

const plans = { plans: [samplePlan()], setVersion: 1 };
const fleet = { criteria: [{ criterion: 'history', replicas: 1, concurrency: 1 }] };
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A broker that lets nobody in the first `refusals` times. */
const setUp = (refusals = 0) => {
  const broker = createFakeBroker();
  const clock = createFakeClock();
  let left = refusals;
  let prepared = 0;
  const link = startControlLink({
    async connect() {
      left -= 1;
      if (left >= 0) throw new Error('connection refused');
      return broker as Broker;
    },
    async onConnected() {
      prepared += 1;
    },
    ...{ names: createNames('t'), process: 'operator-1', clock, log: silentLog },
  });
  return { broker, clock, link, prepared: () => prepared, types: () => broker.published.map(({ type }) => type) };
};

test('says why nothing can be published while there is no connection, and publishes what was wanted once there is', async () => {
  const { clock, link, types } = setUp(2);
  expect(link.connecting()).toBe(true);
  await settle();
  expect(link.connecting()).toBe(false);
  expect([link.trouble(), link.connected()]).toEqual(['connection refused', false]);
  await link.publish(plans, fleet);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    expect(types()).toEqual([]);
    clock.advance(3_000);
    await settle();
  }
  expect([link.trouble(), link.connected()]).toEqual([null, true]);
  expect(types()).toEqual([messageTypes.plans, messageTypes.fleet]);
});

test('of what was wanted meanwhile the newest fleet is published', async () => {
  const { broker, clock, link } = setUp(1);
  await settle();
  await link.publish(plans, { criteria: [] });
  await link.publishFleet(fleet);
  clock.advance(3_000);
  await settle();
  expect(JSON.parse(broker.published[1]?.body.toString() ?? '')).toEqual(fleet);
});

test('one that ceased to lead before there was a connection publishes nothing', async () => {
  const { clock, link, types } = setUp(1);
  await settle();
  await link.publish(plans, fleet);
  link.pause();
  await link.publishFleet(fleet);
  clock.advance(20_000);
  await settle();
  expect(types()).toEqual([]);
});

test('prepares the broker once, however often it is tried', async () => {
  const { clock, prepared } = setUp(3);
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await settle();
    clock.advance(3_000);
  }
  await settle();
  expect(prepared()).toBe(1);
});

test('stopped while it is refused, it tries no more', async () => {
  const { clock, link } = setUp(1_000);
  await settle();
  await link.stop();
  clock.advance(60_000);
  await settle();
  expect(clock.pendingTimers()).toBe(0);
});
