import { describe, expect, test } from '@jest/globals';
import { createFakeBroker } from '../../test/support/fake-broker.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import { BrokerUnavailableError } from '../broker/errors.ts';
import { decodeFleet, decodePlans, encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { createNames } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { startPlanPublisher } from './plan-publisher.ts';

const names = createNames('t');
const plans = { plans: [samplePlan()], setVersion: 7 };
const fleet = { criteria: [{ criterion: 'history', replicas: 2, concurrency: 1 }] };
const control = names.control('operator', 'medley');

const setUp = async () => {
  const broker = createFakeBroker();
  const clock = createFakeClock();
  const warnings: unknown[] = [];
  const log = { ...silentLog, warn: (fields: unknown) => void warnings.push(fields) };
  const publisher = await startPlanPublisher({ broker, names, process: 'medley', clock, log });
  return { broker, clock, warnings, publisher };
};

/** Lets what was begun go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('plans', () => {
  test('are published with the size of the fleet, as the contract has them', async () => {
    const { broker, publisher } = await setUp();
    await publisher.publish(plans, fleet);
    const [first, second] = broker.published;
    expect(first).toMatchObject({ exchange: names.exchange.control, routingKey: 'plans.published', persistent: false });
    expect(decodePlans(first as NonNullable<typeof first>)).toMatchObject({ ok: true, value: plans });
    expect(decodeFleet(second as NonNullable<typeof second>)).toMatchObject({ ok: true, value: fleet });
  });

  test('are published again every five seconds, and when somebody asks', async () => {
    const { broker, clock, publisher } = await setUp();
    await publisher.publish(plans, fleet);
    clock.advance(5_000);
    await settle();
    expect(broker.published).toHaveLength(4);
    const wanted = { type: messageTypes.plansWanted, body: encode({ sender: 'gateway-1' }) };
    expect(await broker.deliver(control, wanted)).toBe('ack');
    expect(broker.published).toHaveLength(6);
  });

  test('are published when there are none any more: that is how the last one goes', async () => {
    const { broker, publisher } = await setUp();
    await publisher.publish({ plans: [], setVersion: 8 }, { criteria: [] });
    expect(decodePlans(broker.published[0] as NonNullable<(typeof broker.published)[0]>)).toMatchObject({
      ok: true,
      value: { plans: [], setVersion: 8 },
    });
  });

  test('are not published any more by one that leads no more', async () => {
    const { broker, clock, publisher } = await setUp();
    await publisher.publish(plans, fleet);
    publisher.pause();
    clock.advance(20_000);
    await settle();
    await publisher.publishFleet(fleet);
    expect(broker.published).toHaveLength(2);
  });

  test('are not published before they were told, nor for a question that is none', async () => {
    const { broker, clock, publisher } = await setUp();
    clock.advance(20_000);
    await settle();
    await publisher.publish(plans, fleet);
    expect(broker.published).toHaveLength(2);
    expect(await broker.deliver(control, { type: messageTypes.plansWanted, body: Buffer.from('{}') })).toBe('ack');
    expect(broker.published).toHaveLength(2);
  });

  test('that the broker does not take are logged, and published again in a moment', async () => {
    const { broker, clock, warnings, publisher } = await setUp();
    broker.failNext(new BrokerUnavailableError('blocked'));
    await publisher.publish(plans, fleet);
    expect(warnings).toEqual([expect.objectContaining({ event: 'plans-not-published', type: messageTypes.plans })]);
    clock.advance(5_000);
    await settle();
    expect(broker.published.map((one) => one.type)).toEqual([
      messageTypes.plans,
      messageTypes.fleet,
      messageTypes.plans,
      messageTypes.fleet,
    ]);
  });

  test('are said to be in trouble when the repeat fails too, and no longer when one goes out', async () => {
    const { broker, clock, publisher } = await setUp();
    const away = new BrokerUnavailableError('blocked');
    broker.failNext(away, away, away, away);
    await publisher.publish(plans, fleet);
    clock.advance(5_000);
    await settle();
    expect(publisher.trouble()).toBeNull();
    clock.advance(100);
    expect(publisher.trouble()).toBe('blocked');
    clock.advance(4_900);
    await settle();
    expect(publisher.trouble()).toBeNull();
  });

  test('are not published any more once stopped', async () => {
    const { broker, clock, publisher } = await setUp();
    await publisher.publish(plans, fleet);
    await publisher.stop();
    clock.advance(60_000);
    await settle();
    expect(broker.published).toHaveLength(2);
    expect(clock.pendingTimers()).toBe(0);
    expect(broker.subscriptions[0]).toMatchObject({ queue: control, stopped: true });
  });
});
