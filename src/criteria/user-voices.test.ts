import { expect, test } from '@jest/globals';
import { film, trainingData } from '../../test/support/criteria-data.ts';
import { collectInteractions } from './interactions.ts';
import { userVoices } from './user-voices.ts';

const interactions = collectInteractions(
  trainingData(
    ['1', '2', '3', '4'].map((id) => film(id)),
    [['a', '1'], ...['1', '2', '3', '4'].map((id) => ['b', id] as const), ['c', '1']],
  ),
);

test.each([
  [0, [1, 1, 1]],
  [1, [2, 1 / 2, 2]],
  [0.5, [Math.SQRT2, Math.SQRT1_2, Math.SQRT2]],
])('two films are the average: with an exponent of %f', (exponent, expected) => {
  expect([...userVoices(interactions, exponent)]).toEqual(expected.map((voice) => expect.closeTo(voice, 12)));
});
