import { expect, test } from '@jest/globals';
import { createMemoryHub } from '../broker/memory-hub.ts';
import { coreTopology, createNames, headers } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { silentLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { readDeadLetters } from './dead-letters.ts';

const names = createNames('t');

const setUp = async (count: number) => {
  const broker = createMemoryHub({ clock: systemClock, log: silentLog, metrics: noMetrics }).connect('test');
  await broker.declare(coreTopology(names));
  const publisher = await broker.createPublisher();
  for (let n = 0; n < count; n += 1) {
    await publisher.publish({
      exchange: names.exchange.deadLetter,
      routingKey: names.dead.malformed,
      type: 'medley.partials.v1',
      body: Buffer.from(`bad ${n}`),
      persistent: true,
      headers: { [headers.reason]: `reason ${n}`, [headers.room]: 'aggregator' },
    });
  }
  return broker;
};

test('showing dead letters tells reason and room, and leaves all of them in the queue', async () => {
  const broker = await setUp(3);
  const shown = await readDeadLetters(broker, names, { count: 10, keep: true, clock: systemClock });
  expect(shown.map((one) => one.reason)).toEqual(['reason 0', 'reason 1', 'reason 2']);
  expect(shown[0]).toMatchObject({ room: 'aggregator', type: 'medley.partials.v1', begins: 'bad 0', bytes: 5 });
  expect(await broker.depth(names.dead.malformed)).toBe(3);
  const again = await readDeadLetters(broker, names, { count: 10, keep: true, clock: systemClock });
  expect(again.map((one) => one.reason)).toEqual(['reason 0', 'reason 1', 'reason 2']);
});

test('dropping takes as many as asked from the head and no more', async () => {
  const broker = await setUp(3);
  expect(await readDeadLetters(broker, names, { count: 2, keep: false, clock: systemClock })).toHaveLength(2);
  expect(
    (await readDeadLetters(broker, names, { count: 9, keep: true, clock: systemClock })).map((one) => one.begins),
  ).toEqual(['bad 2']);
});

test('an empty queue is answered at once', async () => {
  expect(await readDeadLetters(await setUp(0), names, { count: 5, keep: false, clock: systemClock })).toEqual([]);
});
