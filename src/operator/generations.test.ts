import { expect, test } from '@jest/globals';
import { createNames } from '../contract/topology.ts';
import type { QueueState } from './broker-admin/queue-states.ts';
import { createGenerations } from './generations.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';

const names = createNames('t');
const scorer = (name: string, generation?: number): KubeObject => ({
  ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name, uid: name }, spec: {} },
  ...(generation === undefined ? {} : { status: { queues: { generation } } }),
});
const queue = (criterion: string, generation: number, state: string): QueueState => ({
  name: names.scorer(criterion, 'interactive', generation),
  ...{ kind: 'classic', messagesReady: 0, messagesUnacknowledged: 0, consumers: 0, node: 'n', members: ['n'], state },
});

/** Records, in order, what is declared, looked at anew and told. */
const setUp = (scorers: KubeObject[], refuse: { now: boolean } = { now: false }) => {
  const done: string[] = [];
  const fakes = {
    names,
    world: { all: () => scorers },
    broker: {
      async ensureQueues({ object }: { object: KubeObject }, generation: number) {
        if (refuse.now) throw new Error('no');
        done.push(`declare ${object.metadata.name} ${generation}`);
      },
    },
    queue: { add: (key: string) => void done.push(key) },
    events: { tell: (_: unknown, { reason }: { reason: string }) => void done.push(reason) },
  };
  const generations = createGenerations();
  return { done, generations, look: (states: QueueState[]) => generations.look(fakes as unknown as Parts, states) };
};

test('a queue seen down once is waited for: its node may come back', async () => {
  const a = scorer('a');
  const { done, generations, look } = setUp([a]);
  await look([queue('a', 0, 'down')]);
  await look([queue('a', 0, 'running')]);
  await look([queue('a', 0, 'down')]);
  expect([done, generations.of(a)]).toEqual([[], 0]);
});

test('seen down twice in a row, the next one is declared before any plan names it', async () => {
  const a = scorer('a', 3);
  const { done, generations, look } = setUp([a, scorer('b')]);
  for (let n = 0; n < 2; n += 1) await look([queue('a', 3, 'down'), queue('b', 0, 'running')]);
  expect(done).toEqual(['declare a 4', 'scorer/a', 'plans/all', 'QueueMoved']);
  expect(generations.of(a)).toBe(4);
});

test('what could not be declared is not moved to, and tried again', async () => {
  const a = scorer('a');
  const refuse = { now: true };
  const { done, generations, look } = setUp([a], refuse);
  await look([queue('a', 0, 'down')]);
  await expect(look([queue('a', 0, 'down')])).rejects.toThrow('no');
  expect(generations.of(a)).toBe(0);
  refuse.now = false;
  await look([queue('a', 0, 'down')]);
  expect([done[0], generations.of(a)]).toEqual(['declare a 1', 1]);
});

test('what the status says counts where it is higher, as after another led', () => {
  expect(createGenerations().of(scorer('a', 6))).toBe(6);
});
