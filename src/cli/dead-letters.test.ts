import { expect, test } from '@jest/globals';
import { createFakeBroker } from '../../test/support/fake-broker.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/until.ts';
import { createMemoryHub } from '../broker/memory-hub.ts';
import { coreTopology, createNames, headers } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { silentLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { readDeadLetters, renderDeadLetters } from './dead-letters.ts';
import { plainStyle } from './terminal.ts';

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

test('a queue that is not there is told: the prefix may be wrong', async () => {
  const broker = createMemoryHub({ clock: systemClock, log: silentLog, metrics: noMetrics }).connect('test');
  await expect(readDeadLetters(broker, names, { count: 1, keep: true, clock: systemClock })).rejects.toThrow(
    'there is no queue t.dead.malformed on this broker; is --prefix right?',
  );
});

test('what others took meanwhile is not waited for longer than a few seconds', async () => {
  const clock = createFakeClock();
  const broker = createFakeBroker();
  broker.depth = async () => 2;
  const reading = readDeadLetters(broker, names, { count: 2, keep: false, clock });
  await until('it consumes', () => broker.subscriptions.length === 1);
  await broker.deliver(names.dead.malformed, { type: 'x', body: Buffer.from('only one') });
  clock.advance(5_000);
  expect((await reading).map((one) => one.begins)).toEqual(['only one']);
  expect(broker.subscriptions[0]?.stopped).toBe(true);
});

test('a letter is three lines, and what a stranger wrote reaches the terminal as plain text', () => {
  const letter = {
    type: 'medley.partials.v1',
    reason: 'not JSON',
    room: 'aggregator',
    bytes: 1_234,
    begins: '\u001b[2J{\n"a',
  };
  expect(renderDeadLetters([letter, { ...letter, type: '', reason: '', room: '' }], plainStyle)).toBe(
    [
      '1. medley.partials.v1 · 1,234 bytes · set aside by aggregator',
      '   not JSON',
      '   [2J{ "a',
      '2. no type · 1,234 bytes · set aside by nobody known',
      '   no reason was given',
      '   [2J{ "a',
    ].join('\n'),
  );
});
