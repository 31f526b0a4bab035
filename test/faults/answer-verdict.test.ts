import { expect, test } from '@jest/globals';
import type { Answer } from '../../src/contract/answer.ts';
import { answerTo } from '../support/gateway-parts.ts';
import { sampleRequest } from '../support/gathering-samples.ts';
import { verdictOf } from './answer-verdict.ts';

const asked = { user: '17', nonce: 'n1' };
const own = [{ id: '17/n1/0', score: 1 }];

const verdict = (answer: Partial<Answer>, requestId?: string): string => {
  const subject = { kind: 'user', id: '17' } as const;
  const whole = answerTo({ ask: sampleRequest({ subject }) }, { subject, source: 'fresh', complete: true, items: own });
  const body = { ...whole, ...answer };
  return verdictOf(asked, { status: 200, requestId: requestId ?? body.requestId, body: JSON.stringify(body) });
};

test.each([
  ['whole', {}],
  ['partial', { complete: false }],
  ['last-good', { source: 'last-good', items: [{ id: '17/n0/3', score: 1 }] }],
  ['popular', { source: 'popular', items: [{ id: 'popular-3', score: 1 }] }],
  ['none', { source: 'none', items: [] }],
] as const)('an answer may be %s', (expected, answer) => {
  expect(verdict({ ...answer, items: [...((answer as { items?: Answer['items'] }).items ?? own)] })).toBe(expected);
});

test.each<[string, Partial<Answer>]>([
  ['names another subject', { subject: { kind: 'user', id: '18' } }],
  ['holds an item made for another user', { items: [...own, { id: '18/n1/0', score: 1 }] }],
  ['holds an item made for another question of the same user', { items: [{ id: '17/n0/0', score: 1 }] }],
  ['remembers what was another user’s', { source: 'last-good', items: [{ id: '18/n1/0', score: 1 }] }],
])('an answer is mixed that %s', (_, answer) => {
  expect(verdict(answer)).toBe('mixed');
});

test('an answer is mixed that came under another request id', () => {
  expect(verdict({}, 'f'.repeat(32))).toBe('mixed');
});

test('an item of an earlier question is no mixture where a late partial stands in and says so', () => {
  const criteria = [
    {
      ...{ criterion: 'red', outcome: 'late' as const, weight: 1, required: false },
      ...{ elapsedMs: null, waitMs: null, serviceMs: null, lateAgeMs: 40 },
    },
  ];
  expect(verdict({ complete: false, items: [{ id: '17/n0/0', score: 1 }], coverage: { weight: 0, criteria } })).toBe(
    'partial',
  );
});

test.each([
  [429, '429'],
  [503, '503'],
  [500, 'error'],
  [404, 'error'],
])('status %d is told as %s', (status, expected) => {
  expect(verdictOf(asked, { status, requestId: undefined, body: '{}' })).toBe(expected);
});
