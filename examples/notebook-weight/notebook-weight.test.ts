import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { Answer } from '../../src/contract/answer.ts';
import type { AnswerStatus } from '../../src/contract/http.ts';
import { aggregatorTopology, coreTopology, createNames, scorerTopology } from '../../src/contract/topology.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { testAmqpUrl } from '../../test/support/broker-amqp.ts';
import { type MedleyProcess, startMedley } from '../../test/support/medley-process.ts';
import { until } from '../../test/support/until.ts';

/** Runs the example as its README says, on a real RabbitMQ, with its three scorers as processes, one of them in Python. */
const prefix = `t${randomBytes(5).toString('hex')}`;

const notebook = {
  recommender: 'notebook-weight',
  item: 'ultralight-13',
  candidates: ['ultralight-13'],
  context: {
    screen: { inches: 13.3, glass: true },
    body: { material: 'magnesium', widthCm: 30, depthCm: 21, wallMm: 0.9 },
    hardware: ['board', 'fan', 'ssd', 'battery-50wh', 'keyboard', 'speakers'],
  },
};
const grams = { screen: 205, body: 296, hardware: 613 };

let folder: string;
let medley: MedleyProcess | undefined;

const post = (headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${medley?.base}/v1/recommendations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(notebook),
  });
const ask = async (): Promise<Answer> => (await (await post()).json()) as Answer;

/** The Python process that serves this test's queues, known by its environment. */
const findHardware = async (): Promise<number | undefined> => {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [command, environment] = await Promise.all([
      readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => ''),
      readFile(`/proc/${entry}/environ`, 'utf8').catch(() => ''),
    ]);
    if (command.includes('hardware.py') && environment.includes(`MEDLEY_PREFIX=${prefix}\0`)) return Number(entry);
  }
  return undefined;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'notebook-'));
  const own = ['--resources', 'examples/notebook-weight/medley.yaml', '--store', join(folder, 'store.sqlite')];
  const size = ['--scorers', '1', '--aggregators', '1'];
  medley = await startMedley(['--broker', testAmqpUrl, '--prefix', prefix, ...size, ...own]);
  await until('all three scorers answer', async () => (await ask().catch(() => null))?.complete === true, 60_000);
}, 120_000);

afterAll(async () => {
  await medley?.stop();
  const names = createNames(prefix);
  const broker = await createAmqpBroker({
    url: testAmqpUrl,
    name: 'tidy',
    clock: systemClock,
    log: silentLog,
    metrics: noMetrics,
  });
  const parts = [
    coreTopology(names),
    aggregatorTopology(names, 0),
    ...Object.keys(grams).map((one) => scorerTopology(names, one)),
  ];
  await broker.deleteQueues(parts.flatMap((part) => part.queues.map((queue) => queue.name)));
  await broker.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

test('the weight is the sum of three parts, each with its reason', async () => {
  const answer = await ask();
  expect(answer).toMatchObject({ source: 'fresh', complete: true });
  expect(answer.items).toHaveLength(1);
  expect(answer.items[0]).toMatchObject({ id: 'ultralight-13', score: 1_114, shares: grams });
  const reasons = answer.items[0]?.reasons?.map((reason) => reason.text).sort();
  expect(reasons).toEqual([
    'a body of magnesium',
    'a screen of 13.3 inches under glass',
    'board, fan, ssd, battery-50wh, keyboard, speakers',
  ]);
});

test('with the hardware scorer stopped nothing is invented, and accepted work is answered once it runs again', async () => {
  const pid = await findHardware();
  if (pid === undefined) throw new Error('the Python scorer was not found');
  process.kill(pid, 'SIGSTOP');
  try {
    const part = await ask();
    expect(part.complete).toBe(false);
    expect(part.items[0]).toMatchObject({ score: null, shares: { screen: grams.screen, body: grams.body } });
    expect(part.items[0]?.shares?.hardware).toBeUndefined();
    expect(part.coverage.criteria.find((one) => one.criterion === 'hardware')?.outcome).toBe('late');

    const accepted = await post({ prefer: 'respond-async', 'idempotency-key': randomBytes(8).toString('hex') });
    expect(accepted.status).toBe(202);
    const url = `${medley?.base}${accepted.headers.get('location')}`;
    const status = async (): Promise<AnswerStatus> => (await (await fetch(url)).json()) as AnswerStatus;
    await sleep(1_000);
    expect((await status()).state).toBe('pending');
    process.kill(pid, 'SIGCONT');
    await until('the accepted request is answered', async () => (await status()).state === 'answered', 30_000);
    expect((await status()).answer?.items[0]).toMatchObject({ score: 1_114, shares: grams });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}, 60_000);

test('a part the Python scorer does not know fails that request alone, and says why', async () => {
  const response = await fetch(`${medley?.base}/v1/recommendations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...notebook, context: { ...notebook.context, hardware: ['flux-capacitor'] } }),
  });
  const answer = (await response.json()) as Answer;
  const hardware = answer.coverage.criteria.find((one) => one.criterion === 'hardware');
  expect(hardware).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('flux-capacitor') });
  expect(answer.items[0]?.score).toBeNull();
  expect((await ask()).complete).toBe(true);
});
