import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import type { Channel } from 'amqplib';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { watchLiveness } from './amqp-liveness.ts';

const setUp = () => {
  const clock = createFakeClock();
  const asked: string[] = [];
  const given: string[] = [];
  let bytes = 0;
  let answers = true;
  let blocked = false;
  const held: (() => void)[] = [];
  const answer = async (question: string): Promise<void> => {
    asked.push(question);
    if (!answers) await new Promise<void>((resolve) => held.push(resolve));
    bytes += 1;
  };
  const channel = Object.assign(new EventEmitter(), { prefetch: () => answer('limit') });
  const model = {
    async createChannel() {
      await answer('channel');
      return channel as unknown as Channel;
    },
  };
  const liveness = watchLiveness({
    ...{ model, clock, bytesRead: () => bytes, blocked: () => blocked },
    onSilent: ({ message }) => given.push(message),
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  };
  return {
    ...{ liveness, asked, given, pass, channel, clock },
    fallSilent() {
      answers = false;
    },
    answerAll() {
      answers = true;
      for (const resolve of held.splice(0)) resolve();
    },
    block(now: boolean) {
      blocked = now;
    },
    say() {
      bytes += 1;
    },
  };
};

test('an idle broker is asked, answers, and is believed', async () => {
  const { asked, given, liveness, pass } = setUp();
  await pass(6_000);
  expect(asked).toEqual(['channel', 'limit', 'limit']);
  expect(liveness.speaks()).toBe(true);
  expect(given).toEqual([]);
});

test('one that says nothing is doubted two seconds after its last word, and given up after four', async () => {
  const { given, liveness, pass, fallSilent } = setUp();
  fallSilent();
  await pass(1_500);
  expect(liveness.speaks()).toBe(true);
  await pass(500);
  expect(liveness.speaks()).toBe(false);
  await pass(1_500);
  expect(given).toEqual([]);
  await pass(500);
  expect(given).toEqual(['the broker said nothing for 4 s']);
  await pass(10_000);
  expect(given).toHaveLength(1);
});

test('any word counts, and it is asked anew once it answered: one question at a time', async () => {
  const { asked, given, pass, fallSilent, answerAll, say } = setUp();
  fallSilent();
  for (let round = 0; round < 5; round += 1) {
    await pass(3_500);
    say();
  }
  expect([given, asked]).toEqual([[], ['channel']]);
  answerAll();
  await pass(2_500);
  expect([given, asked]).toEqual([[], ['channel', 'limit']]);
});

test('a broker that reads nothing because of an alarm is neither asked nor given up', async () => {
  const { asked, given, liveness, pass, fallSilent, block } = setUp();
  fallSilent();
  block(true);
  await pass(60_000);
  expect([asked, given, liveness.speaks()]).toEqual([[], [], true]);
});

test('where its channel was closed it opens another', async () => {
  const { asked, pass, channel } = setUp();
  await pass(2_000);
  channel.emit('close');
  await pass(2_000);
  expect(asked).toEqual(['channel', 'channel']);
});

test('a pause of this process counts as one look', () => {
  const { given, liveness, clock, fallSilent, say } = setUp();
  fallSilent();
  clock.advance(500);
  say();
  clock.advance(500);
  expect([given, liveness.speaks()]).toEqual([[], true]);
});

test('stopped it looks no more', async () => {
  const { asked, liveness, pass } = setUp();
  liveness.stop();
  await pass(10_000);
  expect(asked).toEqual([]);
});
