import { expect, test } from '@jest/globals';
import { createTurns } from './turns.ts';

test('work under one key waits for what came before it, even where that failed; under another it does not', async () => {
  const turns = createTurns();
  const order: string[] = [];
  const { promise: gate, reject } = Promise.withResolvers<void>();
  const first = turns('a', () => gate).catch(() => order.push('first failed'));
  const second = turns('a', async () => order.push('second'));
  await turns('b', async () => order.push('other'));
  expect(order).toEqual(['other']);
  reject(new Error('no'));
  await Promise.all([first, second]);
  expect(order.slice(1).sort()).toEqual(['first failed', 'second']);
});
