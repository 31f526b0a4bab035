import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { QueueLength } from './autoscaler.ts';
import { createQueueLook } from './queue-look.ts';

const queues = (messagesReady: number): QueueLength[] => [{ name: 'q', messagesReady, messagesUnacknowledged: 0 }];

const setUp = () => {
  const clock = createFakeClock();
  const asked: { resolve(queues: QueueLength[]): void; reject(cause: Error): void }[] = [];
  const look = createQueueLook(() => new Promise((resolve, reject) => asked.push({ resolve, reject })), clock);
  const settle = (): Promise<void> => new Promise(setImmediate);
  return { clock, asked, look, settle };
};

test('a look never waits: it gives back what was answered last', async () => {
  const { asked, look, settle } = setUp();
  expect(look.latest()).toBeNull();
  asked[0]?.resolve(queues(3));
  await settle();
  expect(look.latest()).toEqual(queues(3));
  expect(asked).toHaveLength(2);
});

test('while the broker does not answer it is not asked again, and what it said grows too old', async () => {
  const { clock, asked, look, settle } = setUp();
  look.latest();
  asked[0]?.resolve(queues(3));
  await settle();
  look.latest();
  clock.advance(9_000);
  expect(look.latest()).toEqual(queues(3));
  clock.advance(2_000);
  expect(look.latest()).toBeNull();
  expect(asked).toHaveLength(2);
});

test('a refusal changes nothing but that it is asked anew', async () => {
  const { asked, look, settle } = setUp();
  look.latest();
  asked[0]?.reject(new Error('away'));
  await settle();
  expect(look.latest()).toBeNull();
  asked[1]?.resolve(queues(5));
  await settle();
  expect(look.latest()).toEqual(queues(5));
});
