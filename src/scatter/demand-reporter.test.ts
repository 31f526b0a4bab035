import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Outgoing } from '../broker/port.ts';
import { decodeDemand } from '../contract/codec.ts';
import { createNames } from '../contract/topology.ts';
import { createDemandLedger } from './demand-ledger.ts';
import { startDemandReporter } from './demand-reporter.ts';

const names = createNames();

const setUp = (answer: () => Promise<void> = async () => {}) => {
  const clock = createFakeClock();
  const sent: Outgoing[] = [];
  const ledger = createDemandLedger();
  const publisher = {
    publish(message: Outgoing) {
      sent.push(message);
      return answer();
    },
  };
  const reporter = startDemandReporter({ publisher, ledger, names, process: 'gateway-a', role: 'gateway', clock });
  const told = () =>
    sent.map((message) => {
      const decoded = decodeDemand(message);
      if (!decoded.ok) throw new Error(decoded.reason);
      return decoded.value;
    });
  return { clock, ledger, reporter, sent, told };
};

test('totals are told twice a second, with the uptime they belong to', async () => {
  const { clock, ledger, sent, told } = setUp();
  ledger.count('interactive', 'history', 'admitted');
  clock.advance(500);
  await new Promise(setImmediate);
  ledger.count('interactive', 'history', 'admitted');
  clock.advance(500);
  expect(sent[0]).toMatchObject({ exchange: 'medley.control', routingKey: 'demand.reported', persistent: false });
  expect(told()).toMatchObject([
    { sender: 'gateway-a', role: 'gateway', uptimeMs: 500, leaving: false, counts: [{ admitted: 1 }] },
    { sender: 'gateway-a', role: 'gateway', uptimeMs: 1_000, leaving: false, counts: [{ admitted: 2 }] },
  ]);
});

test('four at most are not confirmed, for one operator of many may be away, and a refused one stops nothing', async () => {
  const held: (() => void)[] = [];
  let fail = false;
  const { clock, told } = setUp(() => {
    if (fail) return Promise.reject(new Error('away'));
    return new Promise((resolve) => held.push(resolve));
  });
  clock.advance(1_600);
  expect(told()).toHaveLength(3);
  clock.advance(10_000);
  expect(told()).toHaveLength(4);
  fail = true;
  for (const confirm of held) confirm();
  for (const heard of [5, 6]) {
    await new Promise(setImmediate);
    clock.advance(500);
    expect(told()).toHaveLength(heard);
  }
});

test('leaving is said once, and is the last that is said', async () => {
  const { clock, reporter, told } = setUp();
  await reporter.leave();
  clock.advance(2_000);
  expect(told()).toMatchObject([{ leaving: true }]);
});
