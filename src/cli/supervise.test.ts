import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { systemClock } from '../runtime/clock.ts';
import { silentLog } from '../runtime/log.ts';
import { supervise } from './supervise.ts';

const spec = (script: string) => ({ name: 'child', command: process.execPath, args: ['-e', script], env: {} });
const options = { clock: systemClock, log: silentLog };

const until = async <T>(probe: () => T | undefined): Promise<T> => {
  for (let turn = 0; turn < 1_000; turn += 1) {
    const found = probe();
    if (found !== undefined) return found;
    await sleep(20);
  }
  throw new Error('it did not happen within 20 s');
};

test('a child that is killed is started again under another pid', async () => {
  const child = supervise(spec('setInterval(() => {}, 1000)'), options);
  const first = await until(() => child.pid());
  process.kill(first, 'SIGKILL');
  const second = await until(() => (child.pid() === first ? undefined : child.pid()));
  expect(second).not.toBe(first);
  await child.stop(5_000);
  expect(child.pid()).toBeUndefined();
}, 30_000);

test('a child that ignores SIGTERM is killed after the patience, and not started again', async () => {
  const child = supervise(spec('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'), options);
  await until(() => child.pid());
  await sleep(300);
  await child.stop(200);
  expect(child.pid()).toBeUndefined();
  await sleep(400);
  expect(child.pid()).toBeUndefined();
}, 30_000);

test('a command that does not exist is reported and tried again, never thrown', async () => {
  const warnings: unknown[] = [];
  const log = { ...silentLog, warn: (fields: unknown) => void warnings.push(fields) };
  const child = supervise(
    { name: 'ghost', command: 'no-such-command-here', args: [], env: {} },
    { clock: systemClock, log },
  );
  await until(() => warnings[1]);
  expect(warnings[0]).toMatchObject({ event: 'child-ended', child: 'ghost' });
  await child.stop(100);
}, 30_000);
