import { expect, test } from '@jest/globals';
import type { Answer } from '../contract/answer.ts';
import { renderAnswer, renderItems } from './render-answer.ts';
import { renderTimeline } from './render-timeline.ts';
import { plainStyle } from './terminal.ts';

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
      year: 1979,
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

const page = { columns: 120, style: plainStyle };

test('a row names the film with its year, its score, its shares under the criteria, and the first reason', () => {
  const [head, first, second] = renderItems(answer).split('\n');
  expect(head).toBe(' #  title         score  history  genres  why');
  expect(first).toBe(' 1  Alien (1979)  0.900     75 %    25 %  because you watched Solaris');
  expect(second).toBe(' 2  2                 —                   you often watch Horror (from 4 s ago)');
});

test('no line is longer than the page, whatever the titles and reasons, at any width', () => {
  const long = 'The Lord of the Rings: The Fellowship of the Ring, the Extended Edition';
  const items = Array.from({ length: 12 }, (_, at) => ({
    id: String(at),
    title: long,
    year: 2001,
    score: 0.123456,
    shares: { history: 0.3, neighbours: 0.2, popularity: 0.2, sequence: 0.1, genres: 0.1, freshness: 0.1 },
    reasons: [{ criterion: 'history', text: `because you watched ${long}` }],
  }));
  for (const columns of [80, 99, 100, 120, 200]) {
    const text = renderAnswer({ ...answer, items }, { columns, style: plainStyle });
    for (const line of text.split('\n').slice(1)) expect([...line].length).toBeLessThanOrEqual(columns);
    expect(text).toContain('The Lord of');
    expect(text).toContain('… (2001)  0.123');
    expect(text).toContain('…');
  }
});

test('on a narrow page a reason has a line of its own', () => {
  const lines = renderItems(answer, { columns: 80, style: plainStyle }).split('\n');
  expect(lines[2]).toBe('    because you watched Solaris');
});

test('parts of an absolute sum are shown as they are, a missing one as a dash', () => {
  const sum: Answer = {
    ...answer,
    items: [
      { id: 'ultra', score: 1_114, shares: { screen: 205, hardware: 909 } },
      { id: 'b', score: null, shares: { screen: 0.5 } },
    ],
  };
  const [head, first, second] = renderItems(sum).split('\n');
  expect(head).toBe(' #  title  score  hardware  screen  why');
  expect(first).toBe(' 1  ultra   1114       909     205');
  expect(second).toBe(' 2  b          —         —   0.500');
});

test('titles are bold and shares dim where there is colour, and the columns stay where they are', () => {
  const style = { bold: (text: string) => `<${text}>`, dim: (text: string) => `(${text})` };
  const [, first] = renderItems(answer, { columns: 120, style }).split('\n');
  expect(first).toBe(' 1  <Alien (1979)>  0.900  (   75 %)  (  25 %)  because you watched Solaris');
});

test('an answer without items says so', () => {
  expect(renderItems({ ...answer, items: [] })).toBe('no item');
});

test('a bar is as long as its time, and a missing criterion says why', () => {
  const [history, turtle, total, sums] = renderTimeline(answer, page).split('\n');
  expect(history).toContain(`${'░'.repeat(10)}${'█'.repeat(10)} `);
  expect(turtle).toContain('did not answer within 300 ms');
  expect(total).toContain('█'.repeat(40));
  expect(sums).toBe('one after the other 10.0 ms · slowest 10.0 ms (history) · deadline 300.0 ms');
});

test('the headline tells source, coverage, time and plan, and the note when there is one', () => {
  expect(renderAnswer(answer)).toContain(
    'home for user 17 — fresh, 80 % of the weight answered within 20.0 ms, plan 3',
  );
  expect(renderAnswer(answer)).toContain('missing: turtle late (20 %)');
  expect(renderAnswer({ ...answer, note: 'why' })).toContain('note: why');
});
