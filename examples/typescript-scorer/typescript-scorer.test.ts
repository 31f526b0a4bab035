import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runCommand } from '../../src/cli/program.ts';
import { plainStyle } from '../../src/cli/terminal.ts';
import { testAmqpUrl } from '../../test/support/broker-amqp.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test('the scorer on the SDK keeps every rule of the protocol', async () => {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const terminal = { say, complain: say, progress: () => undefined, columns: 120, style: plainStyle };
  const command = `"${process.execPath}" "${path('scorer.ts')}"`;
  const what = ['--criterion', 'watchlist', '--command', command, '--request', path('requests.json')];
  const code = await runCommand(['verify-scorer', '--broker', testAmqpUrl, ...what], terminal);
  expect({ code, lines }).toMatchObject({ code: 0 });
  expect(lines.at(-1)).toContain('0 failed');
}, 120_000);
