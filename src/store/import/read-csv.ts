import type { Piece } from './read-lines.ts';
import type { Cells, Converted, Line, Reading } from './readings.ts';

/** A row whose quote is still open after so many lines was never meant to be one. */
const longestRowLines = 100;

const isBalanced = (text: string): boolean => {
  let quotes = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes += 1;
  return quotes % 2 === 0;
};

/** One cell and what ends it: in quotes, with doubled quotes inside, or without any. */
const cellPattern = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y;

const splitRow = (row: string): Converted<Cells> => {
  if (!row.includes('"')) return { value: row.split(',') };
  const cells: string[] = [];
  cellPattern.lastIndex = 0;
  for (;;) {
    const found = cellPattern.exec(row);
    if (found === null) {
      const hint = 'put the whole cell in quotes and write each quote inside it twice';
      return { fault: `has a stray quote in cell ${cells.length + 1}; ${hint}` };
    }
    const [, quoted, plain = '', end] = found;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') return { value: cells };
  }
};

/**
 * Comma-separated rows of RFC 4180: cells may be quoted, and then hold commas, line breaks and doubled quotes. Empty
 * lines are skipped. A row bears the number of its first line.
 *
 * A quote that never closes costs its own line only: the lines after it are read again as rows of their own.
 */
export async function* readCsv(pieces: AsyncIterable<Piece<Line>>): AsyncGenerator<Piece<Cells>> {
  const rows = createRowJoiner();
  for await (const { readings, done } of pieces) {
    yield { readings: readings.flatMap(rows.take), done };
  }
  yield { readings: rows.end(), done: 1 };
}

/** Joins lines until no quote is open. */
const createRowJoiner = () => {
  let open: { line: number; value: Line }[] = [];

  const giveUp = (): Reading<Cells>[] => {
    const [first, ...others] = open;
    open = [];
    if (first === undefined) return [];
    const fault = 'opens a quote that never closes; close it, or write a quote inside a cell twice';
    return [{ line: first.line, fault }, ...others.flatMap(take)];
  };

  const close = (): Reading<Cells> => {
    const row = { line: open[0]?.line ?? 1, ...splitRow(open.map((one) => one.value).join('\n')) };
    open = [];
    return row;
  };

  const take = (reading: Reading<Line>): Reading<Cells>[] => {
    if ('fault' in reading) return [...giveUp(), reading];
    const { line, value } = reading;
    const balanced = isBalanced(value);
    if (open.length === 0 && balanced) return value === '' ? [] : [{ line, ...splitRow(value) }];
    open.push(reading);
    if (open.length > 1 && !balanced) return [close()];
    return open.length > longestRowLines ? giveUp() : [];
  };

  const end = (): Reading<Cells>[] => {
    const left: Reading<Cells>[] = [];
    while (open.length > 0) left.push(...giveUp());
    return left;
  };

  return { take, end };
};
