import { expect, test } from '@jest/globals';
import type { Answer } from '../contract/answer.ts';
import { renderAnswer, renderItems, renderTimeline } from './render-answer.ts';

const answer: Answer = {
  requestId: '0'.repeat(32),
  recommender: 'home',
  plan: { version: 3 },
  subject: { kind: 'user', id: '17' },
  source: 'fresh',
  complete: false,
  exact: false,
  items: [
    {
      id: '1',
      title: 'Alien',
      score: 0.9,
      shares: { history: 0.75, genres: 0.25 },
      reasons: [{ criterion: 'history', text: 'because you watched Solaris' }],
    },
    { id: '2', score: null, reasons: [{ criterion: 'genres', text: 'you often watch Horror', lateAgeMs: 4_000 }] },
  ],
  coverage: {
    weight: 0.8,
    criteria: [
      { criterion: 'history', outcome: 'scored', weight: 0.8, required: false, elapsedMs: 10, waitMs: 5, serviceMs: 5 },
      {
        criterion: 'turtle',
        outcome: 'late',
        weight: 0.2,
        required: false,
        elapsedMs: null,
        waitMs: null,
        serviceMs: null,
        detail: 'did not answer within 300 ms',
      },
    ],
  },
  timings: { totalMs: 20, deadlineMs: 300, slowestMs: 10, slowest: 'history', sumMs: 10 },
};

test('a row names the film, its score, its shares and the first reason', () => {
  const [, first, second] = renderItems(answer).split('\n');
  expect(first).toMatch(/^ 1 {2}Alien\s+0\.900 {2}history 75 % · genres 25 % {2}because you watched Solaris$/);
  expect(second).toMatch(/^ 2 {2}2\s+— .*you often watch Horror \(from 4 s ago\)$/);
});

test('a bar is as long as its time, and a missing criterion says why', () => {
  const [history, turtle, total, sums] = renderTimeline(answer).split('\n');
  expect(history).toContain(`${'░'.repeat(10)}${'█'.repeat(10)} `);
  expect(turtle).toContain('did not answer within 300 ms');
  expect(total).toContain('█'.repeat(40));
  expect(sums).toBe('one after the other 10.0 ms · slowest 10.0 ms (history) · deadline 300.0 ms');
});

test('the headline tells source, coverage and plan, and the note when there is one', () => {
  expect(renderAnswer(answer)).toContain('home for user 17 — fresh, 80 % of the weight answered, plan 3');
  expect(renderAnswer(answer)).toContain('missing: turtle late (20 %)');
  expect(renderAnswer({ ...answer, note: 'why' })).toContain('note: why');
});
