import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runCommand } from '../../src/cli/program.ts';
import { plainStyle } from '../../src/cli/terminal.ts';
import { testAmqpUrl } from '../../test/support/broker-amqp.ts';

test('the scorer in Python keeps every rule of the protocol', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-verify-'));
  const request = join(folder, 'request.json');
  const candidates = ['ultralight-13', 'workhorse-15'];
  await writeFile(request, JSON.stringify({ candidates, context: { hardware: ['board', 'fan', 'ssd'] } }));
  const command = `sh "${new URL('hardware.sh', import.meta.url).pathname}"`;
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const terminal = { say, complain: say, progress: () => undefined, columns: 120, style: plainStyle };
  const flags = ['--broker', testAmqpUrl, '--criterion', 'hardware', '--command', command, '--request', request];
  try {
    expect({ code: await runCommand(['verify-scorer', ...flags], terminal), lines }).toMatchObject({ code: 0 });
    // `drops` is about requests that name no candidates, and there is nothing to weigh without one.
    expect(lines.at(-1)).toContain('17 passed, 0 failed, 1 skipped');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
