import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { scorerSchema } from '../contract/resources.ts';
import type { Parts } from './parts.ts';
import { createBrokerReconciler } from './reconcile-broker.ts';
import type { ScorerObject } from './resources/scorer-object.ts';

const scorer = (name: string): ScorerObject => {
  const object = { apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name, uid: name }, spec: {} };
  return { object, resource: scorerSchema.parse(object) };
};

/** A broker that refuses for the reason given; null: it does as told. */
const setUp = () => {
  const state = { refusal: null as string | null, asked: 0, warnings: [] as string[] };
  const parts = {
    world: { get: () => undefined },
    broker: {
      provisions: false,
      async ensureCore() {
        state.asked += 1;
        if (state.refusal !== null) throw new Error(state.refusal);
      },
      async ensureQueues() {},
    },
    ...{ scorerAmqpUrl: 'amqp://u:p@here', createPassword: () => 'x', clock: createFakeClock() },
    log: {
      warn: ({ scorer: name, err }: { scorer: string; err: Error }) => state.warnings.push(`${name} ${err.message}`),
    },
  } as unknown as Parts;
  return { state, reconciler: createBrokerReconciler(parts) };
};

test('a broker that is away is tried at every turn, and logged once for each Scorer and reason', async () => {
  const { state, reconciler } = setUp();
  for (const refusal of ['away', 'away', 'starting', null, 'away']) {
    state.refusal = refusal;
    reconciler.forget('b');
    const { trouble } = await reconciler.ensure(scorer('a'), state.asked);
    expect(trouble?.message).toBe(refusal ?? undefined);
  }
  expect([state.asked, state.warnings]).toEqual([5, ['a away', 'a starting', 'a away']]);
});
