import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { InvalidInputError } from '../../contract/errors.ts';
import type { Line, Reading } from './readings.ts';

export type Encoding = 'utf8' | 'latin1';

/** The lines of one piece of a file, and how much of the file is read by now, 0 to 1. */
export interface Piece<T> {
  readings: readonly Reading<T>[];
  done: number;
}

const pieceBytes = 64 * 1024;
/** A longer line is no table: memory stays bounded whatever the file is. */
const longestLine = 1_000_000;

const toReading = (text: string, line: number): Reading<Line> => {
  if (text.length > longestLine) return { line, fault: `is longer than ${longestLine} characters; is it a table?` };
  if (text.includes('\ufffd')) return { line, fault: 'holds bytes that are not UTF-8; save the file as UTF-8' };
  return { line, value: text };
};

/**
 * Reads a text file piece by piece. Lines end in LF or CRLF (a CR at the end of a line is dropped), a byte order mark
 * is skipped.
 *
 * @throws InvalidInputError where there is no such file
 */
export async function* readLines(path: string, encoding: Encoding): AsyncGenerator<Piece<Line>> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw new InvalidInputError('The import cannot start', [`${path} is no file; is the path right?`]);
  const stream = createReadStream(path, { encoding, highWaterMark: pieceBytes });
  let rest = '';
  let line = 1;
  for await (const piece of stream as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > 2 * longestLine) rest = rest.slice(0, longestLine + 1);
    const readings = lines.map((text, index) =>
      toReading(text.endsWith('\r') ? text.slice(0, -1) : text, line + index),
    );
    if (line === 1) skipByteOrderMark(readings);
    line += lines.length;
    yield { readings, done: Math.min(1, stream.bytesRead / found.size) };
  }
  const last = [toReading(rest.endsWith('\r') ? rest.slice(0, -1) : rest, line)];
  if (line === 1) skipByteOrderMark(last);
  yield { readings: rest === '' ? [] : last, done: 1 };
}

const skipByteOrderMark = (readings: Reading<Line>[]): void => {
  const first = readings[0];
  if (first !== undefined && 'value' in first && first.value.startsWith('\ufeff')) first.value = first.value.slice(1);
};

/** Old catalogues are latin-1 and don't say so: what is no valid UTF-8 at its start is taken for that. */
export const encodingOf = async (path: string): Promise<Encoding> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4 * 1024 * 1024), position: 0 });
    // A character may be cut in two at the end.
    const whole = buffer.subarray(0, Math.max(0, buffer.lastIndexOf('\n', bytesRead - 1) + 1) || bytesRead);
    return isUtf8(whole) ? 'utf8' : 'latin1';
  } finally {
    await file.close();
  }
};
