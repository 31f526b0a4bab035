import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { Broker } from '../../src/broker/port.ts';
import type { DeadLetter } from '../../src/cli/dead-letters.ts';
import { runCommand } from '../../src/cli/program.ts';
import { coreTopology, createNames, headers } from '../../src/contract/topology.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { deleteTopology, testAmqpUrl } from '../support/broker-amqp.ts';
import { createQuietTerminal } from '../support/quiet-terminal.ts';

/** `medley dlq` on a real RabbitMQ: looking leaves everything, dropping takes the oldest. */
const names = createNames(`t${randomBytes(5).toString('hex')}`);
let broker: Broker;

beforeAll(async () => {
  const quiet = { clock: systemClock, log: silentLog, metrics: noMetrics };
  broker = await createAmqpBroker({ url: testAmqpUrl, name: 'test', ...quiet });
  await broker.declare(coreTopology(names));
  const publisher = await broker.createPublisher();
  for (const n of [0, 1, 2]) {
    await publisher.publish({
      exchange: names.exchange.deadLetter,
      routingKey: names.dead.malformed,
      type: 'medley.requests.v1',
      body: Buffer.from(`bad ${n}`),
      persistent: true,
      headers: { [headers.reason]: `reason ${n}`, [headers.room]: 'scorer' },
    });
  }
});
afterAll(async () => {
  await broker.close();
  await deleteTopology([coreTopology(names)]);
});

const dlq = async (...args: readonly string[]): Promise<DeadLetter[]> => {
  const terminal = createQuietTerminal();
  const where = ['--broker', testAmqpUrl, '--prefix', names.prefix, '--json'];
  expect(await runCommand(['dlq', ...args, ...where], terminal)).toBe(0);
  return JSON.parse(terminal.said.join('\n')) as DeadLetter[];
};
const reasons = (letters: readonly DeadLetter[]): string[] => letters.map((one) => one.reason);

test('show leaves all of them, with their reasons; drop takes the oldest and no more than asked', async () => {
  expect(reasons(await dlq('show'))).toEqual(['reason 0', 'reason 1', 'reason 2']);
  expect(await dlq('show')).toHaveLength(3);
  const first = await dlq('show', '-n', '1');
  expect(await broker.depth(names.dead.malformed)).toBe(3);
  expect(reasons(first)).toEqual(['reason 0']);
  expect(reasons(await dlq('drop', '-n', '2'))).toEqual(['reason 1', 'reason 2']);
  expect(reasons(await dlq('show'))).toEqual(['reason 0']);
}, 60_000);
