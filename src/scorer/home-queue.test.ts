import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { silentLog } from '../runtime/log.ts';
import { followHomeQueue } from './home-queue.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

const setUp = (there: readonly string[], options: { moves?: boolean } = {}) => {
  const clock = createFakeClock();
  const scene = { active: true, looks: [] as string[], moved: [] as string[] };
  const home = followHomeQueue({
    broker: {
      depth: async (queue) => {
        scene.looks.push(queue);
        return there.includes(queue) ? 0 : null;
      },
    },
    nameAfter: (generations) => (options.moves === false ? 'q' : `q.g${generations}`),
    active: () => scene.active,
    moveTo: async (queue) => {
      scene.moved.push(queue);
      scene.active = true;
    },
    clock,
    log: silentLog,
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      await turns();
    }
  };
  return { scene, home, pass };
};

test('while it is subscribed it asks the broker nothing', async () => {
  const { scene, pass } = setUp(['q.g1']);
  await pass(60_000);
  expect(scene.looks).toEqual([]);
});

test('without a subscription it moves to the latest generation there is, within a second', async () => {
  const { scene, pass } = setUp(['q.g1', 'q.g2']);
  scene.active = false;
  await pass(1_000);
  expect(scene.moved).toEqual(['q.g2']);
});

test('where there is no later generation it stays and looks again', async () => {
  const { scene, pass } = setUp([]);
  scene.active = false;
  await pass(2_000);
  expect(scene.moved).toEqual([]);
  expect(scene.looks.length).toBeGreaterThan(8);
});

test('subscribed again it looks now and then for half a minute, for its queue may have come back to be deleted', async () => {
  const there: string[] = [];
  const { scene, pass } = setUp(there);
  scene.active = false;
  await pass(1_000);
  scene.active = true;
  await pass(10_000);
  there.push('q.g1');
  await pass(10_000);
  expect(scene.moved).toEqual(['q.g1']);
  await pass(60_000);
  const looks = scene.looks.length;
  await pass(60_000);
  expect(scene.looks.length).toBe(looks);
});

test('a queue that never moves is not looked after, nor one that was stopped', async () => {
  const fixed = setUp(['q'], { moves: false });
  fixed.scene.active = false;
  await fixed.pass(5_000);
  const stopped = setUp(['q.g1']);
  stopped.scene.active = false;
  stopped.home.stop();
  await stopped.pass(5_000);
  expect([fixed.scene.looks, stopped.scene.moved]).toEqual([[], []]);
});
