import { expect, test } from '@jest/globals';
import { createHold } from './hold.ts';

test('a message is settled with the last of its parts', async () => {
  const { hold, verdict } = createHold(2);
  let settled = false;
  const settling = Promise.resolve(verdict()).then((value) => {
    settled = true;
    return value;
  });
  hold.release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(settled).toBe(false);
  hold.release();
  expect(await settling).toBe('ack');
});

test('a message whose parts are done already is settled without a promise', () => {
  const { hold, verdict } = createHold(1);
  hold.release();
  expect(verdict()).toBe('ack');
  expect(createHold(0).verdict()).toBe('ack');
});
