import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { autoscalingSchema } from '../../contract/resources-scorer.ts';
import { decide, type Situation, type Verdict } from './decide.ts';
import { freshMemory } from './scaling-memory.ts';
import type { Load } from './wanted.ts';

const calm: Load = {
  ...{ offeredPerSecond: 0, offeredError: 0, backlog: { interactive: 0, durable: 0 } },
  ...{ serviceMs: 40, concurrency: 1, deadlineMs: 1_000 },
};

/** One Scorer over time: what is applied is what there is at the next look. */
const createScene = (settings: object, replicas: number, pinned: number | null = null) => {
  let memory = freshMemory(0);
  let nowMs = 0;
  const scene = {
    replicas,
    settings: autoscalingSchema.parse(settings),
    /** Looks each second for so long; the last verdict. */
    look(load: Partial<Load>, seconds = 1, isWhole = true): Verdict {
      let last: Verdict | undefined;
      for (let second = 0; second < seconds; second += 1) {
        nowMs += 1_000;
        const situation: Situation = {
          ...{ settings: scene.settings, pinned, replicas: scene.replicas, load: { ...calm, ...load }, isWhole, nowMs },
        };
        const decided = decide(situation, memory);
        memory = decided.memory;
        last = decided.verdict;
        if (last.apply !== null) scene.replicas = last.apply;
      }
      return last as Verdict;
    },
  };
  return scene;
};

describe('up', () => {
  test('at once, and says why', () => {
    const scene = createScene({}, 3);
    expect(scene.look({ serviceMs: 38, backlog: { interactive: 0, durable: 1_160 } })).toEqual({
      wanted: 6,
      apply: 6,
      reason: 'backlog 1160, 0/s offered, 38 ms each, wants 6, has 3: goes to 6',
    });
  });

  test('never beyond the maximum, and says what it would want', () => {
    const scene = createScene({ maxReplicas: 4 }, 1);
    expect(scene.look({ offeredPerSecond: 200 })).toMatchObject({
      wanted: 4,
      apply: 4,
      reason: 'backlog 0, 200/s offered, 40 ms each, wants 10 (at most 4), has 1: goes to 4',
    });
    expect(scene.look({ offeredPerSecond: 200 }, 60).apply).toBeNull();
  });

  test('by no more than the step within fifteen seconds', () => {
    const scene = createScene({ scaleUpStep: 2, maxReplicas: 20 }, 1);
    scene.look({ offeredPerSecond: 200 }, 10);
    expect(scene.replicas).toBe(3);
    scene.look({ offeredPerSecond: 200 }, 10);
    expect(scene.replicas).toBe(5);
  });

  test.each([
    ['a refused or admitted request', { offeredPerSecond: 0.1 }],
    ['a durable one that waits', { backlog: { interactive: 0, durable: 1 }, serviceMs: null }],
    ['a durable one, though no gateway tells', { backlog: { interactive: 0, durable: 1 }, offeredPerSecond: null }],
  ] as const)('a sleeper is woken by %s', (_, load) => {
    expect(createScene({ minReplicas: 0 }, 0).look(load).apply).toBe(1);
  });
});

describe('down', () => {
  test('only after the window, to the most that was wanted in it', () => {
    const scene = createScene({ scaleDownStabilisationSeconds: 30 }, 1);
    scene.look({ offeredPerSecond: 200 }, 40);
    expect(scene.replicas).toBe(10);
    expect(scene.look({ offeredPerSecond: 60 }, 15)).toMatchObject({ wanted: 3, apply: null });
    expect(scene.look({ offeredPerSecond: 20 }, 10).reason).toBe(
      'backlog 0, 20/s offered, 40 ms each, wants 1, has 10: goes down in 5 s unless more is wanted',
    );
    scene.look({ offeredPerSecond: 20 }, 6);
    expect(scene.replicas).toBe(3);
    scene.look({ offeredPerSecond: 20 }, 16);
    expect(scene.replicas).toBe(1);
  });

  test('not before a whole window was seen: a new leader knows nothing of the last one', () => {
    const scene = createScene({}, 10);
    scene.look({ offeredPerSecond: 20 }, 19);
    expect(scene.replicas).toBe(10);
    scene.look({ offeredPerSecond: 20 }, 3);
    expect(scene.replicas).toBe(1);
  });

  test('by no more than the step within fifteen seconds', () => {
    const scene = createScene({ scaleDownStabilisationSeconds: 0, scaleDownStep: 50 }, 8);
    scene.look({ offeredPerSecond: 20 }, 2);
    expect(scene.replicas).toBe(4);
    scene.look({ offeredPerSecond: 20 }, 12);
    expect(scene.replicas).toBe(4);
    scene.look({ offeredPerSecond: 20 }, 10);
    expect(scene.replicas).toBe(2);
  });

  test.each<[string, Partial<Load>, boolean]>([
    ['no gateway tells of', { offeredPerSecond: null }, true],
    ['one gateway is silent about', { offeredPerSecond: 20 }, false],
    ['the broker does not tell of', { offeredPerSecond: 20, backlog: null }, true],
    ['nobody knows the cost of', { offeredPerSecond: 20, serviceMs: null }, true],
  ])('never for demand that %s', (_, load, isWhole) => {
    const scene = createScene({}, 10);
    expect(scene.look(load, 600, isWhole).reason).toMatch(/has 10: stays, /);
    expect(scene.replicas).toBe(10);
    scene.look({ offeredPerSecond: 20 }, 19);
    expect(scene.replicas).toBe(10);
    scene.look({ offeredPerSecond: 20 }, 3);
    expect(scene.replicas).toBe(1);
  });
});

describe('to zero', () => {
  test('only after the quiet time, and only where the minimum allows it', () => {
    const scene = createScene({ minReplicas: 0, scaleToZeroAfterSeconds: 60 }, 1);
    scene.look({ offeredPerSecond: 1 }, 40);
    expect(scene.look({}, 59)).toMatchObject({ wanted: 0, apply: null });
    expect(scene.look({}).apply).toBe(0);
    const bounded = createScene({ minReplicas: 1, scaleToZeroAfterSeconds: 60 }, 1);
    bounded.look({}, 600);
    expect(bounded.replicas).toBe(1);
  });

  test.each<[string, Partial<Load>]>([
    ['a durable request waits', { backlog: { interactive: 0, durable: 1 } }],
    ['something is still offered', { offeredPerSecond: 0.05 }],
    ['nobody tells', { offeredPerSecond: null }],
  ])('never while %s', (_, load) => {
    const scene = createScene({ minReplicas: 0, scaleToZeroAfterSeconds: 60 }, 1);
    scene.look(load, 600);
    expect(scene.replicas).toBe(1);
  });
});

describe('who decides', () => {
  test('a pinned count is set in every mode, and nothing else', () => {
    for (const mode of ['operator', 'hpa', 'keda', 'observe', 'none']) {
      const scene = createScene({ mode }, 3, 7);
      const verdict = scene.look({ offeredPerSecond: 1_000 });
      expect(verdict.apply).toBe(7);
      expect(verdict.reason).toMatch(/: spec.replicas pins 7$/);
      expect(scene.look({}, 600).apply).toBeNull();
    }
  });

  test.each(['hpa', 'keda', 'observe', 'none'])('in mode %s it only says what it would do', (mode) => {
    const scene = createScene({ mode }, 1);
    expect(scene.look({ offeredPerSecond: 200 })).toEqual({
      wanted: 10,
      apply: null,
      reason: `backlog 0, 200/s offered, 40 ms each, wants 10, has 1: would go to 10, mode ${mode}`,
    });
  });

  test('settings count from the next look on', () => {
    const scene = createScene({ maxReplicas: 4 }, 1);
    scene.look({ offeredPerSecond: 200 });
    scene.settings = autoscalingSchema.parse({ maxReplicas: 8 });
    scene.look({ offeredPerSecond: 200 });
    expect(scene.replicas).toBe(8);
    scene.settings = autoscalingSchema.parse({ maxReplicas: 2 });
    expect(scene.look({ offeredPerSecond: 200 }).apply).toBe(2);
    scene.settings = autoscalingSchema.parse({ minReplicas: 5 });
    expect(scene.look({ offeredPerSecond: null }).apply).toBe(5);
  });
});

describe('whatever comes', () => {
  const amount = fc.option(fc.double({ min: 0, max: 2_000, noNaN: true }));
  const moment = fc.record({
    offeredPerSecond: amount,
    offeredError: fc.double({ min: 0, max: 100, noNaN: true }),
    backlog: fc.option(fc.record({ interactive: fc.nat(5_000), durable: fc.nat(5_000) })),
    serviceMs: fc.option(fc.double({ min: 0.1, max: 5_000, noNaN: true })),
    isWhole: fc.boolean(),
  });
  const settings = fc.record({
    minReplicas: fc.integer({ min: 0, max: 5 }),
    maxReplicas: fc.integer({ min: 5, max: 30 }),
    scaleUpStep: fc.integer({ min: 1, max: 20 }),
    scaleDownStep: fc.integer({ min: 1, max: 100 }),
    scaleDownStabilisationSeconds: fc.integer({ min: 0, max: 20 }),
    scaleToZeroAfterSeconds: fc.integer({ min: 0, max: 20 }),
  });

  test('replicas stay within the bounds, and unknown demand never takes one away', () => {
    fc.assert(
      fc.property(settings, fc.array(moment, { maxLength: 60 }), (own, moments) => {
        const scene = createScene(own, own.minReplicas);
        for (const { isWhole, ...load } of moments) {
          const before = scene.replicas;
          const { wanted } = scene.look(load, 1, isWhole);
          expect(scene.replicas).toBeGreaterThanOrEqual(own.minReplicas);
          expect(scene.replicas).toBeLessThanOrEqual(own.maxReplicas);
          if (wanted === null) expect(scene.replicas).toBeGreaterThanOrEqual(before);
        }
      }),
    );
  });
});
