import { expect, test } from '@jest/globals';
import { backlogOf } from './backlog.ts';

const requestsPerMessage = { interactive: 4, durable: 64 };
const depths = { interactive: 0, durable: 0, intake: 0, taken: 0 };

test.each([
  ['batches', 10, [640, 640], 640],
  ['batches, of which the broker tells late', 10, [640, 0], 640],
  ['batches, whose aggregators began anew', 10, [0, 640], 640],
  ['a batch that came back as singles', 64, [64, 64], 64],
  ['one that did beside two whole ones', 66, [192, 192], 192],
  ['messages nobody tells of: one request each', 10, [0, 0], 10],
  ['batches, where the intake queue is not known', 10, [5, null], 640],
] as const)('durable work in requests: %s', (_, durable, [openDurable, taken], expected) => {
  const backlog = backlogOf({ ...depths, durable, taken }, { requestsPerMessage, intakeShare: 1, openDurable });
  expect(backlog).toEqual({ interactive: 0, durable: expected });
});

test('of accepted requests its share of those nobody has taken counts: the taken ones are in its queue', () => {
  const demand = { requestsPerMessage: { interactive: 4, durable: 1 }, intakeShare: 0.5, openDurable: 0 };
  const backlog = backlogOf({ interactive: 2, durable: 3, intake: 10, taken: 64 }, demand);
  expect(backlog).toEqual({ interactive: 8, durable: 8 });
});

test.each([[null], [{ ...depths, durable: null }], [{ ...depths, interactive: null }]])(
  'of %j nothing is known',
  (unknown) => {
    expect(backlogOf(unknown, { requestsPerMessage, intakeShare: 1, openDurable: 9 })).toBeNull();
  },
);
