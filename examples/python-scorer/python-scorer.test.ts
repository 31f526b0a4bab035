import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runCommand } from '../../src/cli/program.ts';
import { plainStyle } from '../../src/cli/terminal.ts';
import { testAmqpUrl } from '../../test/support/broker-amqp.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test('its own tests in Python pass', () => {
  const args = ['-B', '-m', 'unittest', '-q'];
  const { status, stderr } = spawnSync('python3', args, { cwd: path('.'), encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(/Ran 1\d tests/) });
});

test('it keeps every rule of the protocol', async () => {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const terminal = { say, complain: say, progress: () => undefined, columns: 120, style: plainStyle };
  const what = ['--criterion', 'decades', '--command', `sh "${path('scorer.sh')}"`, '--request', path('requests.json')];
  const code = await runCommand(['verify-scorer', '--broker', testAmqpUrl, ...what], terminal);
  expect({ code, lines }).toMatchObject({ code: 0 });
  expect(lines.at(-1)).toContain('18 passed, 0 failed, 0 skipped');
}, 120_000);
