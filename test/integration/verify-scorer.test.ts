import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import { runCommand } from '../../src/cli/program.ts';
import { startChild } from '../../src/cli/start-child.ts';
import type { CheckResult } from '../../src/cli/verify-scorer/verify-scorer.ts';
import { coreTopology, createNames, scorerTopology } from '../../src/contract/topology.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { deleteTopology, testAmqpUrl } from '../support/broker-amqp.ts';
import { createQuietTerminal } from '../support/quiet-terminal.ts';

/** `medley verify-scorer` finds nothing wrong with a scorer on the SDK, and everything that is wrong with a careless one. */
const support = (file: string): string =>
  `"${process.execPath}" --disable-warning=ExperimentalWarning "${new URL(`../support/${file}`, import.meta.url).pathname}"`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-verify-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const verify = async (
  criterion: string,
  command: string | undefined,
  rest: readonly string[] = [],
): Promise<{ code: number; results: CheckResult[]; complaints: string[] }> => {
  const terminal = createQuietTerminal();
  const { said, complaints } = terminal;
  const start = command === undefined ? [] : ['--command', command];
  const flags = ['--broker', testAmqpUrl, '--criterion', criterion, ...start, '--json', ...rest];
  const code = await runCommand(['verify-scorer', ...flags], terminal);
  return { code, complaints, results: said.length === 0 ? [] : (JSON.parse(said.join('\n')) as CheckResult[]) };
};

const named = (results: readonly CheckResult[], outcome: CheckResult['outcome']): string[] =>
  results.filter((one) => one.outcome === outcome).map((one) => one.name);

describe('medley verify-scorer', () => {
  test('certifies a scorer on the SDK', async () => {
    const request = join(folder, 'request.json');
    await writeFile(request, JSON.stringify([{ subject: { kind: 'user', id: 'somebody' } }]));
    const { code, results } = await verify('obedient', support('obedient-scorer.ts'), ['--request', request]);
    expect(results.filter((one) => one.outcome !== 'pass')).toEqual([]);
    expect(results).toHaveLength(18);
    expect(code).toBe(0);
  }, 120_000);

  test('finds what a careless scorer does wrong, and nothing else', async () => {
    const { code, results } = await verify('careless', support('careless-scorer.ts'), ['--patience-ms', '2000']);
    expect(named(results, 'pass')).toEqual(['starts', 'answers', 'batch', 'unknown-fields', 'durable']);
    expect(named(results, 'skip')).toEqual([]);
    const why = Object.fromEntries(results.map((one) => [one.name, one.outcome === 'pass' ? '' : one.because]));
    expect(why).toMatchObject({
      echoes: expect.stringMatching(/^deadlineAtMs is \d+, the request says \d+/),
      lists: expect.stringContaining('item 1 scores 2, more than the one before it (1)'),
      candidates: 'it lists worst, which was not named',
      drops: 'it lists worst, better, which was seen',
      mask: 'it answered 3 of 3 requests that do not ask it',
      expired: 'it answered scored a second after the deadline',
      clocks: 'it answered scored where remainingMs says that nothing remained',
      'malformed-message': 'it was not set aside: nothing came to the dead-letter exchange',
      'unknown-version': 'it was not set aside: nothing came to the dead-letter exchange',
      'malformed-part': 'it was not set aside: nothing came to the dead-letter exchange',
      confirms: 'the broker refused its partial, and the request was lost',
      killed: expect.stringMatching(/^killed after \d+ of \d+ requests, it lost \d+$/),
      drains: 'it ended with exit code 1',
    });
    expect(code).toBe(1);
  }, 180_000);

  test('says so where a scorer ends before it answers, and judges no further', async () => {
    const { code, results } = await verify('ghost', 'exit 3');
    expect(results[0]).toMatchObject({
      outcome: 'fail',
      because: 'its process ended with exit code 3 before it answered anything',
    });
    expect(named(results, 'skip')).toHaveLength(17);
    expect(code).toBe(1);
  }, 60_000);

  test('checks one that runs already as far as that goes, and leaves its installation as it was', async () => {
    const names = createNames(`t${randomBytes(5).toString('hex')}`);
    const topologies = [coreTopology(names), scorerTopology(names, 'obedient')];
    const quiet = { clock: systemClock, log: silentLog, metrics: noMetrics };
    const broker = await createAmqpBroker({ url: testAmqpUrl, name: 'test', ...quiet });
    for (const topology of topologies) await broker.declare(topology);
    const env = { MEDLEY_AMQP_URL: testAmqpUrl, MEDLEY_PREFIX: names.prefix };
    const line = ['-c', `exec ${support('obedient-scorer.ts')}`];
    const running = startChild({ name: 'obedient', command: 'sh', args: line, env, guarded: true });
    try {
      const { code, results } = await verify('obedient', undefined, ['--prefix', names.prefix]);
      expect(named(results, 'fail')).toEqual([]);
      expect(named(results, 'skip')).toEqual(expect.arrayContaining(['killed', 'drains']));
      expect(code).toBe(0);
      for (const { queues } of topologies)
        for (const { name } of queues) expect(await broker.depth(name)).not.toBeNull();
    } finally {
      running.signal('SIGTERM');
      await running.gone();
      await broker.close();
      await deleteTopology(topologies);
    }
  }, 120_000);

  test('refuses to look for a running scorer where no queue is', async () => {
    const { code, complaints } = await verify('ghost', undefined, ['--prefix', 'no-such-prefix']);
    expect(code).toBe(1);
    expect(complaints.join('\n')).toContain(
      'there is no queue no-such-prefix.scorer.ghost.interactive: is --prefix right?',
    );
  }, 60_000);

  test('starts a scorer in nobody’s installation: what it declares is deleted in the end', async () => {
    const { code, complaints } = await verify('ghost', 'exit 3', ['--prefix', 'medley']);
    expect(code).toBe(1);
    expect(complaints.join('\n')).toMatch(/'--prefix <name>' cannot be used with option '--command <line>'/);
  });
});
