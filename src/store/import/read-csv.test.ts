import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCsv } from './read-csv.ts';
import type { Piece } from './read-lines.ts';
import type { Line } from './readings.ts';

/** Pieces of at most `size` lines each, as read-lines.ts makes them. */
async function* piecesOf(text: string, size = 3): AsyncGenerator<Piece<Line>> {
  const lines = text.split('\n').map((value, index) => ({ line: index + 1, value }));
  for (let at = 0; at < lines.length; at += size) yield { readings: lines.slice(at, at + size), done: 0.5 };
}

const rowsOf = async (text: string, size?: number) => {
  const rows: unknown[] = [];
  for await (const { readings } of readCsv(piecesOf(text, size))) {
    rows.push(...readings.map((one) => ('value' in one ? one.value : `${one.line}: ${one.fault}`)));
  }
  return rows;
};

describe('csv', () => {
  it.each([
    ['plain cells', 'a,b,c', [['a', 'b', 'c']]],
    ['empty cells', ',b,', [['', 'b', '']]],
    ['quoted cells with commas', '"a,b",c,"d,"', [['a,b', 'c', 'd,']]],
    ['doubled quotes', '"11\'09""01",""""', [['11\'09"01', '"']]],
    ['empty quoted cells', '"",""', [['', '']]],
    [
      'line breaks in quotes',
      '1,"two\nlines",x\n2,b,y',
      [
        ['1', 'two\nlines', 'x'],
        ['2', 'b', 'y'],
      ],
    ],
    ['empty lines between rows', 'a\n\nb\n', [['a'], ['b']]],
    ['spaces, as they are', ' a , b', [[' a ', ' b']]],
  ])('reads %s', async (_, text, expected) => {
    expect(await rowsOf(text)).toEqual(expected);
  });

  it('names the first line of a row of several lines, and reads what follows', async () => {
    expect(await rowsOf('a\n"x\ny" z,2\nb')).toEqual([
      ['a'],
      '2: has a stray quote in cell 1; put the whole cell in quotes and write each quote inside it twice',
      ['b'],
    ]);
  });

  it.each([
    ['a quote inside a plain cell', '1,5" and 6" disks'],
    ['text behind the closing quote', '1,"two"x'],
    ['a space before the opening quote', '1, "two"'],
  ])('tells %s', async (_, row) => {
    const hint = 'put the whole cell in quotes and write each quote inside it twice';
    expect(await rowsOf(row)).toEqual([`1: has a stray quote in cell 2; ${hint}`]);
  });

  it('loses one line, not the rest of the file, to a quote that never closes', async () => {
    const after = Array.from({ length: 250 }, (_, n) => `row ${n},x`);
    const rows = await rowsOf(['first,x', '1,"open', ...after].join('\n'), 7);
    expect(rows).toEqual([
      ['first', 'x'],
      '2: opens a quote that never closes; close it, or write a quote inside a cell twice',
      ...after.map((row) => row.split(',')),
    ]);
  });

  it('holds no more than a hundred lines while a quote is open', async () => {
    let pulled = 0;
    async function* endless(): AsyncGenerator<Piece<Line>> {
      for (;;) {
        pulled += 1;
        yield { readings: [{ line: pulled, value: pulled === 1 ? '"open' : 'x' }], done: 0 };
      }
    }
    for await (const { readings } of readCsv(endless())) if (readings.length > 0) break;
    expect(pulled).toBe(101);
  });

  it('tells a quote still open at the end of the file', async () => {
    const fault = 'opens a quote that never closes; close it, or write a quote inside a cell twice';
    expect(await rowsOf('a\n"b\nc\n"d"')).toEqual([['a'], `2: ${fault}`, ['c'], ['d']]);
  });

  it('gives back any cells that were written by the rules', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 4 }), async (rows, size) => {
        const write = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
        expect(await rowsOf(rows.map((row) => row.map(write).join(',')).join('\n'), size)).toEqual(rows);
      }),
    );
  });
});
