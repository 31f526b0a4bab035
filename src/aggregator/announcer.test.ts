import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Outgoing } from '../broker/port.ts';
import { createNames } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { startAnnouncer } from './announcer.ts';

const setUp = async () => {
  const clock = createFakeClock();
  const held: (() => void)[] = [];
  const sent: Outgoing[] = [];
  let confirms = true;
  const announcer = await startAnnouncer({
    publisher: {
      publish(message) {
        sent.push(message);
        return confirms ? Promise.resolve() : new Promise((resolve) => held.push(resolve));
      },
    },
    ...{ names: createNames('t'), process: 'a', ordinal: 0, everyMs: 250, clock, log: silentLog },
    hears: () => true,
    state: () => ({ openGroups: 0, capacity: 1, plans: {} }),
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(250);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  };
  return {
    ...{ announcer, sent, pass },
    hold() {
      confirms = false;
    },
    confirmAll() {
      confirms = true;
      for (const confirm of held.splice(0)) confirm();
    },
  };
};

test('confirms that take a second, for one of many queues does not confirm, make nobody believe that it is gone', async () => {
  const { sent, pass, hold } = await setUp();
  hold();
  await pass(1_000);
  expect(sent).toHaveLength(1 + 4);
});

test('a broker that does not answer at all holds five at most, and the next goes when it does', async () => {
  const { sent, pass, hold, confirmAll } = await setUp();
  hold();
  await pass(10_000);
  expect(sent).toHaveLength(1 + 5);
  confirmAll();
  await pass(500);
  expect(sent).toHaveLength(1 + 6);
});
