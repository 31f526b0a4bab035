import { expect, test } from '@jest/globals';
import { createTerminal, type Stream } from './terminal.ts';

const streamOf = (fields: Partial<Stream> = {}) => {
  const written: string[] = [];
  let fail = (_error: NodeJS.ErrnoException): void => undefined;
  const stream: Stream = {
    write: (text) => written.push(text),
    on: (_event, listener) => {
      fail = listener;
    },
    ...fields,
  };
  return { stream, text: () => written.join(''), fail: (error: NodeJS.ErrnoException) => fail(error) };
};

test('results go to standard output, complaints to standard error', () => {
  const [out, err] = [streamOf(), streamOf()];
  const terminal = createTerminal({ stdout: out.stream, stderr: err.stream });
  terminal.say('a result');
  terminal.complain('a complaint');
  expect([out.text(), err.text()]).toEqual(['a result\n', 'a complaint\n']);
});

test('a progress line is written over, cut to the width, and wiped before anything is said', () => {
  const [out, err] = [streamOf({ isTTY: true }), streamOf({ isTTY: true, columns: 11 })];
  const terminal = createTerminal({ stdout: out.stream, stderr: err.stream });
  terminal.progress('importing 1');
  terminal.progress('2');
  terminal.say('done');
  expect(err.text()).toBe('importing \r\u001b[K2\r\u001b[K');
  expect(out.text()).toBe('done\n');
});

test('nobody is shown progress where standard error is no terminal', () => {
  const [out, err] = [streamOf({ isTTY: true }), streamOf()];
  const terminal = createTerminal({ stdout: out.stream, stderr: err.stream });
  terminal.progress('importing');
  terminal.progress(null);
  expect(err.text()).toBe('');
});

test.each([
  ['a terminal with colours', { isTTY: true, columns: 90, hasColors: () => true }, '\u001b[1mx\u001b[22m', 90],
  ['a terminal without, as NO_COLOR asks for', { isTTY: true, columns: 90, hasColors: () => false }, 'x', 90],
  ['a pipe', { columns: 90, hasColors: () => true }, 'x', 120],
])('%s is styled and measured as it is', (_, fields, bold, columns) => {
  const terminal = createTerminal({ stdout: streamOf(fields).stream, stderr: streamOf().stream });
  expect(terminal.style.bold('x')).toBe(bold);
  expect(terminal.columns).toBe(columns);
});

test('a reader that went away is no fault; anything else is', () => {
  const out = streamOf();
  createTerminal({ stdout: out.stream, stderr: streamOf().stream });
  expect(() => out.fail(Object.assign(new Error('gone'), { code: 'EPIPE' }))).not.toThrow();
  expect(() => out.fail(Object.assign(new Error('full'), { code: 'ENOSPC' }))).toThrow('full');
});
