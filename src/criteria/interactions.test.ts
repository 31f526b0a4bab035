import { expect, test } from '@jest/globals';
import { film, trainingData } from '../../test/support/criteria-data.ts';
import { collectInteractions } from './interactions.ts';

const collected = collectInteractions(
  trainingData(
    [film('10'), film('9'), film('nobody'), film('b')],
    [
      ['u', 'b', 1, 3],
      ['u', '10', 1, 1],
      ['u', 'gone', 1, 2],
      ['v', '9', -1, 1],
      ['w', '9', 2, 1],
      ['w', '9', -1, 0],
      ['w', '10', 1, 5],
      ['w', '10', -1, 6],
      ['w', 'b', 0.5, 1],
      ['w', 'b', 0, 9],
    ],
  ),
);

test('items are those of the catalogue that anybody liked, in catalogue order', () => {
  expect(collected.ids).toEqual(['9', '10', 'b']);
});

test('each user and item counts once, by the latest event that says anything; users who liked nothing are left out', () => {
  expect(collected.users).toBe(2);
  expect([...collected.start]).toEqual([0, 2, 4]);
  expect([...collected.item]).toEqual([1, 2, 0, 2]);
  expect([...collected.weight]).toEqual([1, 1, 2, 0.5]);
  expect([...collected.atMs].map((at) => at / 86_400_000)).toEqual([1, 3, 1, 1]);
});

test('no events give no interactions', () => {
  expect(collectInteractions(trainingData([film('1')], []))).toMatchObject({ ids: [], users: 0 });
});
