import { InvalidInputError } from '../../contract/errors.ts';
import { readCsv } from './read-csv.ts';
import { type Encoding, type Piece, readLines } from './read-lines.ts';
import { type Cells, type Converted, shown } from './readings.ts';

/** Reads one file as rows of `T`. */
export type RowsOf<T> = (path: string) => AsyncIterable<Piece<T>>;

const convertPiece = <From, To>(piece: Piece<From>, convert: (from: From) => Converted<To>): Piece<To> => ({
  done: piece.done,
  readings: piece.readings.map((reading) =>
    'fault' in reading ? reading : { line: reading.line, ...convert(reading.value) },
  ),
});

/** Rows without a header, their cells set apart by `separator`; cells beyond those wanted are passed on as they are. */
export const separatedRows = <T>(options: {
  separator: string;
  cells: number;
  encoding: (path: string) => Promise<Encoding>;
  convert: (cells: Cells) => Converted<T>;
}): RowsOf<T> =>
  async function* (path) {
    const { separator, cells, encoding, convert } = options;
    for await (const piece of readLines(path, await encoding(path))) {
      const readings = piece.readings.filter((reading) => !('value' in reading && reading.value === ''));
      yield convertPiece({ ...piece, readings }, (line) => {
        const found = line.split(separator);
        if (found.length >= cells) return convert(found);
        return { fault: `has ${found.length} cells, not ${cells}; set them apart by ${shown(separator)}` };
      });
    }
  };

/**
 * Rows under a header. Columns may stand in any order in the file; `convert` gets the cells in the order of `required`
 * and `optional`, empty where the file has no such column.
 *
 * @throws InvalidInputError where the file has no header, or one that lacks a column or has one nobody knows
 */
export const csvRows = <T>(options: {
  required: readonly string[];
  optional: readonly string[];
  convert: (cells: Cells) => Converted<T>;
}): RowsOf<T> =>
  async function* (path) {
    const wanted = [...options.required, ...options.optional];
    let header: Cells | undefined;
    for await (const piece of readCsv(readLines(path, 'utf8'))) {
      let { readings } = piece;
      if (header === undefined) {
        const first = readings[0];
        if (first === undefined) continue;
        header = checkedHeader(path, 'value' in first ? first.value : [], options);
        readings = readings.slice(1);
      }
      const width = header.length;
      const order = wanted.map((column) => header?.indexOf(column) ?? -1);
      yield convertPiece({ ...piece, readings }, (cells) => {
        if (cells.length !== width) return { fault: widthFault(cells.length, width) };
        return options.convert(order.map((index) => cells[index] ?? ''));
      });
    }
    if (header === undefined) {
      const detail = `${path} is empty; its first line must be ${options.required.join(',')}`;
      throw new InvalidInputError('The import cannot start', [detail]);
    }
  };

const widthFault = (found: number, width: number): string =>
  `has ${found} cells, the header has ${width}${found > width ? '; put a cell with a comma in quotes' : ''}`;

const checkedHeader = (
  path: string,
  cells: Cells,
  { required, optional }: { required: readonly string[]; optional: readonly string[] },
): Cells => {
  const header = cells.map((cell) => cell.trim());
  const known = [...required, ...optional];
  const faults = [
    ...required.filter((name) => !header.includes(name)).map((name) => `no column ${shown(name)} in the header`),
    ...header
      .filter((name) => !known.includes(name))
      .map((name) => `unknown column ${shown(name)}; remove it, or call it one of ${known.join(', ')}`),
    ...header
      .filter((name, index) => header.indexOf(name) !== index)
      .map((name) => `two columns ${shown(name)}; remove one`),
  ];
  if (faults.length === 0) return header;
  throw new InvalidInputError(
    'The import cannot start',
    faults.map((fault) => `${path}:1: ${fault}`),
  );
};

/** One JSON value a line. */
export const jsonRows = <T>(convert: (value: unknown) => Converted<T>): RowsOf<T> =>
  async function* (path) {
    for await (const piece of readLines(path, 'utf8')) {
      const readings = piece.readings.filter((reading) => !('value' in reading && reading.value.trim() === ''));
      yield convertPiece({ ...piece, readings }, (line) => parseJson(line, convert));
    }
  };

const parseJson = <T>(line: string, convert: (value: unknown) => Converted<T>): Converted<T> => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { fault: `is not JSON: ${shown(line)}; write one object a line` };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return convert(value);
  return { fault: `is ${shown(value)}; write one object a line` };
};
