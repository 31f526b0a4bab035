import { expect, test } from '@jest/globals';
import { demandSchema } from '../contract/demand.ts';
import { limits } from '../contract/limits.ts';
import { createDemandLedger } from './demand-ledger.ts';

const nothing = {
  admitted: 0,
  refused: 0,
  full: 0,
  asleep: 0,
  late: 0,
  messages: 0,
  requests: 0,
  served: 0,
  serviceMs: 0,
};

test('totals are kept apart by criterion and lane', () => {
  const ledger = createDemandLedger();
  ledger.count('interactive', 'history', 'admitted');
  ledger.count('interactive', 'history', 'admitted');
  ledger.count('interactive', 'genres', 'asleep');
  ledger.count('durable', 'history', 'admitted');
  ledger.served('interactive', 'history', 40);
  ledger.served('interactive', 'history', 42.5);
  ledger.accepted();
  expect(ledger.report()).toEqual({
    intake: 1,
    counts: [
      { criterion: 'history', lane: 'interactive', ...nothing, admitted: 2, served: 2, serviceMs: 82.5 },
      { criterion: 'genres', lane: 'interactive', ...nothing, asleep: 1 },
      { criterion: 'history', lane: 'durable', ...nothing, admitted: 1 },
    ],
  });
});

test('a batch is one message for each queue it goes to, and as many requests as ask the criterion', () => {
  const ledger = createDemandLedger();
  const [history, genres] = [{ criterion: 'history' }, { criterion: 'genres' }];
  ledger.sent({
    lane: 'interactive',
    criteria: ['history', 'genres'],
    requests: [{ criteria: [history, genres] }, { criteria: [history] }, { criteria: [history] }],
  });
  expect(ledger.report().counts).toMatchObject([
    { criterion: 'history', messages: 1, requests: 3 },
    { criterion: 'genres', messages: 1, requests: 1 },
  ]);
});

test('a scorer whose clock stepped does not look as if one request took it days', () => {
  const ledger = createDemandLedger();
  ledger.served('interactive', 'history', 1e12);
  expect(ledger.report().counts).toMatchObject([{ served: 1, serviceMs: limits.durableDeadlineMs }]);
});

test('however many criteria there are, a report holds no more than a receiver takes', () => {
  const ledger = createDemandLedger();
  for (let at = 0; at < limits.demandCounts + 10; at += 1) ledger.count('interactive', `c${at}`, 'admitted');
  const base = { sender: 'a', role: 'gateway', startedAtMs: 0, uptimeMs: 0, leaving: false };
  expect(demandSchema.safeParse({ ...base, ...ledger.report() }).success).toBe(true);
  expect(ledger.report().counts).toHaveLength(limits.demandCounts);
});

test('a report stays as it was when counting goes on', () => {
  const ledger = createDemandLedger();
  ledger.count('interactive', 'history', 'admitted');
  const { counts } = ledger.report();
  ledger.count('interactive', 'history', 'admitted');
  expect(counts).toMatchObject([{ admitted: 1 }]);
});
