import { describe, expect, test } from '@jest/globals';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import { nextPlans } from './next-plans.ts';

const plan = (recommender: string, deadlineMs = 300, version = 0) => ({
  ...samplePlan(),
  ...{ recommender, deadlineMs, version },
});
const nowMs = 50_000;

describe('versions of plans', () => {
  test('stay while nothing about the plan changed', () => {
    const held = { plans: [plan('home', 300, 70)], highestVersion: 70 };
    expect(nextPlans([plan('home')], held, nowMs)).toEqual(held);
  });

  test('rise above all there ever were, also those of others', () => {
    const held = { plans: [plan('home', 300, 70), plan('more', 300, 65)], highestVersion: 90 };
    const next = nextPlans([plan('home', 200), plan('more')], held, nowMs);
    expect([next.plans.map((one) => one.version), next.highestVersion]).toEqual([[91, 65], 91]);
  });

  test('are seconds since 1970 where that is more: what was kept may be lost', () => {
    expect(nextPlans([plan('home')], { plans: [], highestVersion: 3 }, nowMs).plans[0]?.version).toBe(50);
  });

  test('do not fall when a recommender goes and comes back', () => {
    const before = { plans: [plan('home', 300, 70)], highestVersion: 70 };
    const without = nextPlans([], before, nowMs);
    expect(without).toEqual({ plans: [], highestVersion: 71 });
    expect(nextPlans([plan('home')], without, nowMs).plans[0]?.version).toBe(72);
  });

  test('of the set rise when one goes, and stay while none does', () => {
    const held = { plans: [plan('home', 300, 70), plan('more', 300, 65)], highestVersion: 70 };
    const next = nextPlans([plan('home')], held, nowMs);
    expect(next).toEqual({ plans: [plan('home', 300, 70)], highestVersion: 71 });
    expect(nextPlans([plan('home')], next, nowMs).highestVersion).toBe(71);
  });

  test('of a set of none are given too, where nothing is known of an earlier one', () => {
    expect(nextPlans([], { plans: [], highestVersion: 0 }, nowMs).highestVersion).toBe(50);
  });
});
