import { describe, expect, test } from '@jest/globals';
import {
  aggregatorTopology,
  controlTopology,
  coreTopology,
  createNames,
  gatewayTopology,
  scorerTopology,
} from '../../contract/topology.ts';
import { planCore, planScorer, scorerQueueOf, unwantedQueues } from './planned.ts';
import { lostHomes, type QueueState } from './queue-states.ts';

const names = createNames('films');
const queue = { maxMessages: 5, maxBytes: 1_048_576, durableDeliveryLimit: 30 };

describe('what the operator plans to declare', () => {
  test('keeps in arguments what makes a queue what it is, and in a policy how much it holds', () => {
    const [interactive, durable] = planScorer(names, { criterion: 'history', generation: 2, queue }).queues;
    expect(interactive).toEqual({
      name: 'films.scorer.history.interactive.g2',
      kind: 'classic',
      arguments: { 'x-queue-type': 'classic' },
      policy: {
        name: 'films.scorer.history.interactive',
        pattern: '^films\\.scorer\\.history\\.interactive(\\.g[0-9]+)?$',
        definition: { 'max-length': 5, 'max-length-bytes': 1_048_576, overflow: 'drop-head' },
        priority: 11,
      },
    });
    expect(durable).toMatchObject({
      name: 'films.scorer.history.durable',
      arguments: { 'x-queue-type': 'quorum', 'x-dead-letter-exchange': 'films.dead-letter' },
      policy: { definition: { 'delivery-limit': 30, 'queue-leader-locator': 'balanced' } },
    });
  });

  test('shares one policy per lane among Scorers that leave the limits as they are, and drops those of their own', () => {
    const usual = { maxMessages: 20_000, maxBytes: 268_435_456, durableDeliveryLimit: 20 };
    const { queues, obsoletePolicies } = planScorer(names, { criterion: 'history', generation: 1, queue: usual });
    expect(queues.map(({ policy }) => [policy.name, policy.priority])).toEqual([
      ['films.scorers.interactive', 10],
      ['films.scorers.durable', 10],
    ]);
    for (const { name, policy } of queues) expect(new RegExp(policy.pattern).test(name)).toBe(true);
    expect(obsoletePolicies).toEqual(['films.scorer.history.interactive', 'films.scorer.history.durable']);
  });

  test('gives only the lane a policy of its own whose limits are its own', () => {
    const mine = { maxMessages: 20_000, maxBytes: 268_435_456, durableDeliveryLimit: 30 };
    const { queues, obsoletePolicies } = planScorer(names, { criterion: 'history', generation: 0, queue: mine });
    expect(queues.map(({ policy }) => policy.name)).toEqual([
      'films.scorers.interactive',
      'films.scorer.history.durable',
    ]);
    expect(obsoletePolicies).toEqual(['films.scorer.history.interactive']);
  });

  test('keeps the queues of processes, and no others, on the node that their process is connected to', () => {
    const [policy, ...more] = planCore(names).policies;
    const isOfProcess = ({ name }: { name: string }): boolean => new RegExp(policy?.pattern ?? '').test(name);
    expect(policy).toMatchObject({ name: 'films.processes', definition: { 'queue-leader-locator': 'client-local' } });
    expect(more).toEqual([]);
    const control = { role: 'operator' as const, process: 'x' };
    const own = [gatewayTopology(names, 'a'), aggregatorTopology(names, 0), controlTopology(names, control, [])];
    const others = [coreTopology(names), scorerTopology(names, 'gateway', 1)];
    expect(own.flatMap(({ queues }) => queues).filter((one) => !isOfProcess(one))).toEqual([]);
    expect(others.flatMap(({ queues }) => queues).filter(isOfProcess)).toEqual([]);
  });

  test('gives a classic queue no key of a policy that RabbitMQ 3.10 knows of quorum queues alone', () => {
    const planned = [planScorer(names, { criterion: 'a', generation: 0, queue }), planCore(names)];
    for (const { kind, policy } of planned.flatMap(({ queues }) => queues)) {
      const keys = Object.keys(policy.definition);
      if (kind === 'classic') expect(keys).toEqual(['max-length', 'max-length-bytes', 'overflow']);
    }
  });
});

test.each([
  ['films.scorer.history.interactive', { criterion: 'history', lane: 'interactive', generation: 0 }],
  ['films.scorer.my-own.interactive.g12', { criterion: 'my-own', lane: 'interactive', generation: 12 }],
  ['films.scorer.history.durable', { criterion: 'history', lane: 'durable', generation: 0 }],
  ['films.scorer.history.again', null],
  ['other.scorer.history.durable', null],
  ['films.intake.accepted', null],
])('%s is read as %j', (name, of) => {
  expect(scorerQueueOf(names, name)).toEqual(of);
});

test('unwanted is what belongs to no criterion there is, and earlier generations', () => {
  const all = ['a.interactive', 'a.interactive.g1', 'a.interactive.g2', 'a.durable', 'b.interactive', 'b.durable'].map(
    (name) => `films.scorer.${name}`,
  );
  const unwanted = unwantedQueues(names, [...all, 'films.intake.accepted'], {
    wanted: new Map([['a', 1]]),
    declared: new Map([['a', 2]]),
  });
  expect(unwanted).toEqual(['a.interactive', 'b.interactive', 'b.durable'].map((name) => `films.scorer.${name}`));
});

test('a later generation than the status knows is left over, unless it was declared just now', () => {
  const later = 'films.scorer.a.interactive.g7';
  const wanted = new Map([['a', 0]]);
  const of = (declared: number): readonly string[] =>
    unwantedQueues(names, ['films.scorer.a.interactive', later], { wanted, declared: new Map([['a', declared]]) });
  expect([of(0), of(7)]).toEqual([[later], []]);
});

test('a home is lost where the queue in use is down: not one that was left, and no durable one', () => {
  const state = (name: string, is: string): QueueState => ({
    ...{ name: `films.scorer.${name}`, kind: 'classic', messagesReady: 0, messagesUnacknowledged: 0 },
    ...{ consumers: 0, node: 'n1', members: ['n1'], state: is },
  });
  const states = [
    state('a.interactive', 'down'),
    state('a.interactive.g1', 'running'),
    state('b.interactive', 'down'),
    state('c.durable', 'down'),
    state('d.interactive', 'running'),
  ];
  const generations = new Map([...'bcd'].map((one) => [one, 0]).concat([['a', 1]]) as [string, number][]);
  expect(lostHomes(names, states, generations)).toEqual(['b']);
});
