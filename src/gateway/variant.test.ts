import { expect, test } from '@jest/globals';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import { hashOf } from './hash.ts';
import { variantOf, weightsOf } from './variant.ts';

const plan = samplePlan(
  { genres: 1, history: 2 },
  {
    variants: [
      { name: 'bold', percent: 20, weights: { history: 5 } },
      { name: 'calm', percent: 30, weights: { genres: 0 } },
    ],
  },
);

test('a hash is the same in every process and every version', () => {
  expect([hashOf(''), hashOf('0 user:1'), hashOf('1 user:1')]).toEqual([2872998923, 3802334712, 4139110450]);
});

test('a subject stays in his variant, and the variants get their shares', () => {
  const counts = new Map<string, number>();
  for (let user = 0; user < 20_000; user += 1) {
    const name = variantOf(plan, `user:${user}`)?.name ?? 'plan';
    expect(variantOf(plan, `user:${user}`)?.name ?? 'plan').toBe(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect((counts.get('bold') ?? 0) / 200).toBeCloseTo(20, -0.5);
  expect((counts.get('calm') ?? 0) / 200).toBeCloseTo(30, -0.5);
  expect((counts.get('plan') ?? 0) / 200).toBeCloseTo(50, -0.5);
});

test('a plan without variants has none', () => {
  expect(variantOf(samplePlan(), 'user:17')).toBeNull();
});

test("the caller's weights go before the variant's, and those before the plan's", () => {
  const bold = plan.variants[0] ?? null;
  expect([...weightsOf(plan, null, undefined)]).toEqual([
    ['genres', 1],
    ['history', 2],
  ]);
  expect(weightsOf(plan, bold, undefined).get('history')).toBe(5);
  expect(weightsOf(plan, bold, { history: 0 }).get('history')).toBe(0);
});
