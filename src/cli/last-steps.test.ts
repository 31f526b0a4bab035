import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { takeLastSteps } from './last-steps.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

const setUp = () => {
  const clock = createFakeClock();
  const said: string[] = [];
  const take = (...steps: { what: string; work: () => Promise<void> }[]): Promise<void> =>
    takeLastSteps({ steps, withinMs: 5_000, clock, say: (line) => said.push(line) });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      await turns();
    }
  };
  return { said, take, pass };
};

test('a step that fails is tried again, and nothing is said where it succeeds then', async () => {
  const { said, take, pass } = setUp();
  let tries = 0;
  const done = take({
    what: 'lift it',
    work: async () => {
      tries += 1;
      if (tries < 3) throw new Error('conflict');
    },
  });
  await pass(3_000);
  await done;
  expect([tries, said]).toEqual([3, []]);
});

test('one that goes on failing ends with its sentence before the time is over, and the others are done', async () => {
  const { said, take, pass } = setUp();
  let others = 0;
  const done = take(
    { what: 'delete the queues', work: () => Promise.reject(new Error('refused')) },
    {
      what: 'lift it',
      work: async () => {
        others += 1;
      },
    },
  );
  await pass(5_000);
  await done;
  expect([others, said]).toEqual([1, ['could not delete the queues: refused']]);
});

test('one that hangs is left when the time is over', async () => {
  const { said, take, pass } = setUp();
  const done = take({ what: 'delete the queues', work: () => new Promise(() => {}) });
  await pass(5_500);
  await done;
  expect(said).toEqual(['could not delete the queues within 5 s: it is left']);
});
