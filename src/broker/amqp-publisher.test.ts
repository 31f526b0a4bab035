import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import type { ChannelModel, Options } from 'amqplib';
import { createCountingMetrics } from '../../test/support/broker-fixture.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createAmqpPublisher } from './amqp-publisher.ts';
import { BrokerUnavailableError, PublishNackedError, PublishReturnedError } from './errors.ts';
import type { Outgoing } from './port.ts';

type Confirm = (error: Error | null) => void;

/** A confirm channel that records what is written and answers when the test says so. */
const createFakeChannel = () => {
  const written: { key: string; options: Options.Publish; confirm: Confirm }[] = [];
  let writable = true;
  const channel = Object.assign(new EventEmitter(), {
    publish(...[, key, , options, confirm]: [string, string, Buffer, Options.Publish, Confirm]) {
      if (key === 'unwritable') throw new TypeError('field is out of range');
      written.push({ key, options, confirm });
      return writable;
    },
    close: async () => void channel.emit('close'),
  });
  return {
    channel,
    written,
    setWritable: (now: boolean) => {
      writable = now;
    },
  };
};

const open = async () => {
  const clock = createFakeClock();
  const metrics = createCountingMetrics();
  const fake = createFakeChannel();
  const listeners: (() => void)[] = [];
  let blocked = false;
  const model = { createConfirmChannel: async () => fake.channel } as unknown as ChannelModel;
  const link = {
    current: () => model,
    blocked: () => blocked,
    speaks: () => false,
    opened: async () => model,
    onChange: (listener: () => void) => {
      listeners.push(listener);
      return () => {};
    },
    drop: () => {},
    close: async () => {},
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const publisher = await createAmqpPublisher({ link, clock, metrics, log, random: () => 0, patienceMs: 1_000 });
  const setBlocked = (now: boolean): void => {
    blocked = now;
    for (const listener of listeners) listener();
  };
  const publish = (more: Partial<Outgoing> = {}): Promise<unknown> =>
    publisher
      .publish({
        exchange: 'x',
        routingKey: 'k',
        type: 'medley.test.v1',
        body: Buffer.from('{}'),
        persistent: false,
        ...more,
      })
      .then(
        () => 'confirmed',
        (error: unknown) => error,
      );
  return { ...fake, clock, metrics, publisher, setBlocked, publish };
};

test('a message is written with everything the port promises', async () => {
  const { publish, written } = await open();
  void publish({ cc: ['a', 'b'], persistent: true, expiresInMs: 249.6, headers: { why: 'test' }, mandatory: true });
  expect(written[0]?.options).toEqual({
    type: 'medley.test.v1',
    contentType: 'application/json',
    persistent: true,
    CC: ['a', 'b'],
    expiration: '250',
    headers: { why: 'test' },
    mandatory: true,
    messageId: '0',
  });
});

test('a return before the ack refuses that message and no other', async () => {
  const { publish, written, channel } = await open();
  const outcomes = [publish({ mandatory: true }), publish({ mandatory: true }), publish()];
  channel.emit('return', { properties: { messageId: written[1]?.options.messageId } });
  for (const { confirm } of written) confirm(null);
  expect(await outcomes[0]).toBe('confirmed');
  expect(await outcomes[1]).toBeInstanceOf(PublishReturnedError);
  expect(await outcomes[2]).toBe('confirmed');
});

test('a nack is told apart from the loss of the channel', async () => {
  const { publish, written, channel, publisher } = await open();
  const [nacked, lost] = [publish(), publish()];
  written[0]?.confirm(new Error('message nacked'));
  written[1]?.confirm(new Error('channel closed'));
  channel.emit('error', new Error('NOT_FOUND'));
  channel.emit('close');
  expect(await nacked).toBeInstanceOf(PublishNackedError);
  expect(await lost).toBeInstanceOf(BrokerUnavailableError);
  expect(String(await lost)).toContain('NOT_FOUND');
  expect(publisher.state()).toBe('down');
});

test('while the broker blocks nothing is written; what waited is sent when it unblocks, or refused after the patience', async () => {
  const { publish, written, setBlocked, publisher, clock } = await open();
  setBlocked(true);
  expect(publisher.state()).toBe('blocked');
  const early = publish({ routingKey: 'early' });
  clock.advance(600);
  const late = publish({ routingKey: 'late' });
  clock.advance(400);
  expect(await early).toBeInstanceOf(BrokerUnavailableError);
  expect(String(await early)).toContain('blocks');
  setBlocked(false);
  expect(written.map(({ key }) => key)).toEqual(['late']);
  written[0]?.confirm(null);
  expect(await late).toBe('confirmed');
  expect(publisher.state()).toBe('ready');
});

test('a full connection is written to again once it drains', async () => {
  const { publish, written, setWritable, channel, publisher } = await open();
  setWritable(false);
  void publish({ routingKey: 'a' });
  void publish({ routingKey: 'b' });
  expect(written.map(({ key }) => key)).toEqual(['a']);
  expect(publisher.unconfirmed()).toBe(2);
  setWritable(true);
  channel.emit('drain');
  expect(written.map(({ key }) => key)).toEqual(['a', 'b']);
});

test('a message that cannot be written is refused alone', async () => {
  const { publish, written } = await open();
  const bad = await publish({ routingKey: 'unwritable' });
  const good = publish();
  written[0]?.confirm(null);
  expect(bad).toBeInstanceOf(BrokerUnavailableError);
  expect(await good).toBe('confirmed');
});

test('messages that cannot be written do not make their waiting neighbours go twice', async () => {
  const { publish, written, setBlocked } = await open();
  setBlocked(true);
  for (const routingKey of ['a', 'unwritable', 'b', 'unwritable', 'c']) void publish({ routingKey });
  setBlocked(false);
  expect(written.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
});

test('a new channel is opened after a loss', async () => {
  const { publish, channel, publisher, clock, written, metrics } = await open();
  channel.emit('close');
  const waited = publish();
  expect(written).toHaveLength(0);
  clock.advance(0);
  for (let at = 0; at < 10; at += 1) await Promise.resolve();
  expect(publisher.state()).toBe('ready');
  written[0]?.confirm(null);
  expect(await waited).toBe('confirmed');
  expect(metrics.counted('medley_broker_published_total', { type: 'other', result: 'confirmed' })).toBe(1);
});

test('closing waits for what is on the way', async () => {
  const { publish, written, publisher } = await open();
  const outcome = publish();
  let closed = false;
  const closing = publisher.close().then(() => {
    closed = true;
  });
  await Promise.resolve();
  expect(closed).toBe(false);
  expect(await publish()).toBeInstanceOf(BrokerUnavailableError);
  written[0]?.confirm(null);
  await closing;
  expect(await outcome).toBe('confirmed');
});
