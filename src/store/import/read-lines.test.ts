import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFolder } from '../../../test/support/folder-of-files.ts';
import { type Encoding, encodingOf, readLines } from './read-lines.ts';

let folder: ReturnType<typeof createFolder>;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const linesOf = async (content: string | Buffer, encoding: Encoding = 'utf8') => {
  const lines: string[] = [];
  for await (const { readings } of readLines(folder.write('file', content), encoding)) {
    lines.push(...readings.map((one) => `${one.line} ${'value' in one ? one.value : `! ${one.fault}`}`));
  }
  return lines;
};

describe('lines of a file', () => {
  it.each([
    ['LF', 'a\nb\n', ['1 a', '2 b']],
    ['CRLF', 'a\r\nb\r\n', ['1 a', '2 b']],
    ['no end of the last line', 'a\r\nb\r', ['1 a', '2 b']],
    ['a byte order mark', '\ufeffa\nb', ['1 a', '2 b']],
    ['a byte order mark and one line', '\ufeffa', ['1 a']],
    ['empty lines', 'a\n\nb\n', ['1 a', '2 ', '3 b']],
    ['nothing at all', '', []],
  ])('are read with %s', async (_, text, expected) => {
    expect(await linesOf(text)).toEqual(expected);
  });

  it('keep their numbers and characters across pieces', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `${'é🎬'.repeat(n % 9)}${n}`);
    expect(await linesOf(lines.join('\n'))).toEqual(lines.map((text, n) => `${n + 1} ${text}`));
  });

  it('tell bytes that are not UTF-8, each by its line', async () => {
    const fault = 'holds bytes that are not UTF-8; save the file as UTF-8';
    expect(await linesOf(Buffer.from('caf\u00e9\nok\n', 'latin1'))).toEqual([`1 ! ${fault}`, '2 ok']);
    expect(await linesOf(Buffer.from('caf\u00e9\nok\n', 'latin1'), 'latin1')).toEqual(['1 café', '2 ok']);
  });

  it('tell a line too long to be one of a table, and go on after it', async () => {
    const lines = await linesOf(`a\n${'x'.repeat(5_000_000)}\nb`);
    expect(lines).toEqual(['1 a', '2 ! is longer than 1000000 characters; is it a table?', '3 b']);
  });

  it('know how much of the file is read', async () => {
    const file = folder.write('file', 'some text\n'.repeat(50_000));
    const done: number[] = [];
    for await (const piece of readLines(file, 'utf8')) done.push(piece.done);
    expect(done.length).toBeGreaterThan(5);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
  });

  it('of an old catalogue are taken for latin-1 where they are no UTF-8', async () => {
    const title = 'Amélie\n';
    expect(await encodingOf(folder.write('a', Buffer.from(title, 'latin1')))).toBe('latin1');
    expect(await encodingOf(folder.write('b', title))).toBe('utf8');
    expect(await encodingOf(folder.write('c', ''))).toBe('utf8');
    expect(await encodingOf(folder.write('d', 'é'))).toBe('utf8');
  });

  it('of a file that is not there are refused with its path', async () => {
    const rows = readLines(`${folder.path}/nothing`, 'utf8');
    await expect(rows.next()).rejects.toThrow(`${folder.path}/nothing is no file; is the path right?`);
  });
});
