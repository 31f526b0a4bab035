import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import { createReadiness } from './readiness.ts';

const scene = () => {
  const clock = createFakeClock();
  const state = { plans: [samplePlan()], known: true, chosen: 'none' as number | 'none' };
  const ready = createReadiness({
    plans: { all: () => state.plans, known: () => state.known },
    roster: { choose: () => state.chosen },
    clock,
  });
  return { clock, state, ready };
};

test('a gateway is not ready before it knows a plan', () => {
  const { state, ready } = scene();
  state.plans = [];
  state.known = false;
  expect(ready()).toBe('no plan is known yet');
});

test('a gateway is ready where it was told that there is no plan: an installation without Recommenders comes up', () => {
  const { state, ready } = scene();
  state.plans = [];
  expect(ready()).toBeNull();
});

test('a gateway is not ready before an aggregator is announced for each plan, and stays ready when it is gone again', () => {
  const { state, ready } = scene();
  expect(ready()).toBe(`no aggregator is announced yet for ${samplePlan().recommender}`);
  state.chosen = 0;
  expect(ready()).toBeNull();
  state.chosen = 'none';
  expect(ready()).toBeNull();
});

test('a gateway that hears of no aggregator for long serves fallbacks', () => {
  const { clock, ready } = scene();
  clock.advance(4_999);
  expect(ready()).not.toBeNull();
  clock.advance(1);
  expect(ready()).toBeNull();
});
