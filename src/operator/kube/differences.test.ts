import { describe, expect, test } from '@jest/globals';
import { differences } from './differences.ts';

describe('what a live object lacks', () => {
  test.each([
    ['the same', { a: 1 }, { a: 1 }, []],
    ['what somebody else added', { a: 1 }, { a: 1, b: 2 }, []],
    ['another value', { spec: { a: 1 } }, { spec: { a: 2 } }, ['/spec/a=2']],
    ['a value that is gone', { spec: { a: 1 } }, {}, ['/spec=undefined']],
    ['an empty object the API leaves away', { a: {} }, {}, []],
    ['an empty list the API leaves away', { a: [] }, {}, []],
    ['what is undefined is not wanted', { a: undefined }, {}, []],
    ['an element found by its name', [{ name: 'x', v: 1 }], [{ name: 'y' }, { name: 'x', v: 1, more: true }], []],
    ['a named element that is gone', [{ name: 'x', v: 1 }], [{ name: 'y' }], ['/x=undefined']],
    ['a list without names of another length', ['a'], ['a', 'b'], ['=["a","b"]']],
    ['a list without names, element by element', [{ k: 1 }], [{ k: 2 }], ['/0/k=2']],
  ])('%s', (_, wanted, live, expected) => {
    expect(differences(wanted, live)).toEqual(expected);
  });
});
