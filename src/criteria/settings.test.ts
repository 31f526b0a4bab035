import { expect, test } from '@jest/globals';
import { parseSettings, SettingsError } from './settings.ts';

const table = {
  lambda: { default: 200, min: 0.1, max: 1e6, about: 'regularisation' },
  links: { default: 100, min: 1, max: 1e6, about: 'links an item' },
};

test('what is not given has its default, what is given is a number', () => {
  expect(parseSettings('history', table, { links: ' 7 ' })).toEqual({ lambda: 200, links: 7 });
});

test('every fault is named at once', () => {
  const parse = () => parseSettings('history', table, { lambda: 'much', links: '0', toString: '1', more: '' });
  expect(parse).toThrow(SettingsError);
  expect(parse).toThrow(
    'history: setting lambda: "much" is not a number. history: setting links: 0 is not within 1 and 1000000. ' +
      'history: setting toString: there is no such setting. history: setting more: there is no such setting. ' +
      'Known settings: lambda, links.',
  );
});

test('an empty text is not zero', () => {
  expect(() => parseSettings('history', table, { lambda: ' ' })).toThrow('is not a number');
});
