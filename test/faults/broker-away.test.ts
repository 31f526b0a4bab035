import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { testAmqpUrl } from '../support/broker-amqp.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts';
import { startWorld, type World } from './world.ts';

/** All roles lose the broker at once, as when it restarts: the connections are cut, and refused for a while. */
const deadlineMs = 1_000;
const patienceMs = 60_000;

let proxy: TcpProxy;
let world: World;
let load: SteadyLoad;

beforeAll(async () => {
  proxy = await startTcpProxy(testAmqpUrl);
  const scorer = { delayMs: 2, kind: 'sleep' as const, replicas: 1, concurrency: 1 };
  world = await startWorld({
    scorers: { red: scorer, green: scorer },
    recommenders: { home: { deadlineMs, criteria: ['red', 'green'].map((criterion) => ({ criterion, weight: 1 })) } },
    roleAmqpUrl: proxy.through(testAmqpUrl),
  });
}, 120_000);
afterEach(() => load.end());
afterAll(async () => {
  await world.stop();
  await proxy.close();
}, 120_000);

const isWhole = ({ verdict }: { verdict: string }): boolean => verdict === 'whole';

/** Whole answers came since this was called. */
const wholeAgain = async (): Promise<void> => {
  const fromMs = performance.now();
  await until(
    'whole again',
    () => load.calls.filter((call) => call.startedMs > fromMs && isWhole(call)).length >= 20,
    patienceMs,
  );
};

const expectNothingLost = async (): Promise<void> => {
  await load.end();
  const known = ['whole', 'partial', 'last-good', 'popular', '503'];
  expect(load.calls.filter(({ verdict }) => !known.includes(verdict))).toEqual([]);
  const outcome = await load.durable.outcome(patienceMs);
  expect(outcome.accepted).toBeGreaterThan(0);
  expect(outcome).toMatchObject({ answered: outcome.accepted, failed: 0, lost: [], mixed: 0, changed: 0 });
};

test('while the broker is away callers are told so at once; when it is back everything heals, and nothing accepted is lost', async () => {
  load = startSteadyLoad(world);
  await wholeAgain();
  proxy.refuse();
  await sleep(1_000);
  const awayMs = performance.now();
  await sleep(2_000);
  const backMs = performance.now();
  proxy.accept();
  await wholeAgain();
  const meanwhile = load.calls.filter(({ startedMs, endedMs }) => startedMs > awayMs && endedMs < backMs);
  expect(meanwhile.length).toBeGreaterThan(0);
  expect(new Set(meanwhile.map(({ verdict }) => verdict))).toEqual(new Set(['503']));
  await expectNothingLost();
}, 120_000);

test('connections cut again and again lose no accepted work', async () => {
  load = startSteadyLoad(world);
  await wholeAgain();
  for (let cut = 0; cut < 5; cut += 1) {
    proxy.cut();
    await sleep(700);
  }
  await wholeAgain();
  await expectNothingLost();
}, 120_000);

test('a broker that says nothing for a while loses no accepted work', async () => {
  load = startSteadyLoad(world);
  await wholeAgain();
  proxy.stall();
  await sleep(3_000);
  proxy.resume();
  await wholeAgain();
  await expectNothingLost();
}, 120_000);
