import { expect, test } from '@jest/globals';
import { createAnswerCheck, createReplyCheck } from './answer-check.ts';
import { runClosedLoop } from './closed-loop.ts';
import { combine, createScore, criteria, listLength } from './four-scorers.ts';

const load = { callers: 3, durationMs: 30, delaysMs: [] };
const users = { count: 8, first: 0 };
const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 2));

test('only good answers count, the others are tabled by what was wrong', async () => {
  let asked = 0;
  const measured = await runClosedLoop(
    async () => {
      asked += 1;
      const number = asked;
      await pause();
      if (number % 3 === 0) throw new Error('refused');
      return { verdict: number % 3 === 1 ? 'good' : 'source popular', slowestServiceMs: 1 };
    },
    load,
    users,
  );
  expect(measured.good + (measured.other.refused ?? 0) + (measured.other['source popular'] ?? 0)).toBe(asked);
  expect(measured.good).toBeLessThan(asked / 2);
  expect(measured.p50Ms).toBeGreaterThan(1);
  expect(measured.overSlowestMs).toBeLessThan(measured.p50Ms);
});

test('no more questions are open than there are callers', async () => {
  let open = 0;
  let most = 0;
  const ask = async () => {
    open += 1;
    most = Math.max(most, open);
    await pause();
    open -= 1;
    return { verdict: 'good', slowestServiceMs: null };
  };
  await runClosedLoop(ask, load, users);
  expect(most).toBe(load.callers);
});

test('an answer is good only with all four criteria and the items their lists make', () => {
  const check = createAnswerCheck();
  const items = combine(criteria.map((criterion) => createScore(criterion, 'looked-up')(5)));
  expect(items).toHaveLength(listLength);
  expect(check(5, items, 4)).toBe('good');
  expect(check(5, items, 3)).toBe('3 of 4 criteria');
  expect(check(6, items, 4)).toBe('wrong items');
});

test('replies of all four scorers for one user are good, and the slowest service time is told', () => {
  const replies = criteria.map((criterion, at) => ({ ...createScore(criterion, 'looked-up')(5), serviceMs: at }));
  expect(createReplyCheck()(5, replies)).toEqual({ verdict: 'good', slowestServiceMs: 3 });
  expect(createReplyCheck()(5, replies.slice(1)).verdict).toBe('3 of 4 criteria');
});
