import { expect, test } from '@jest/globals';
import { createLeadTime } from './lead-time.ts';

test('closing begins earlier the more is open and the longer an answer takes, within its bound', () => {
  const lead = createLeadTime(10);
  expect([lead.of(0), lead.of(10), lead.of(1_000)]).toEqual([0, 2, 10]);
  for (let answer = 0; answer < 1_000; answer += 1) lead.observe(0.05);
  expect(lead.of(100)).toBeCloseTo(5, 3);
});

test('closing begins earlier by what sending takes, once it is known', () => {
  const lead = createLeadTime(20);
  for (let answer = 0; answer < 1_000; answer += 1) lead.observeSend(8);
  expect(lead.of(0)).toBe(0);
  expect(lead.of(10)).toBeCloseTo(10, 3);
  expect(lead.of(1_000)).toBe(20);
});

test('one pause of the broker does not make all answers early', () => {
  const lead = createLeadTime(20);
  lead.observeSend(10_000);
  expect(lead.of(1)).toBeLessThan(5);
});

test('one pause of the process does not make all answers early', () => {
  const lead = createLeadTime(10);
  lead.observe(10_000);
  expect(lead.of(10)).toBeLessThan(5);
});
