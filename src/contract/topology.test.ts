import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  aggregatorTopology,
  controlKeys,
  controlTopology,
  coreTopology,
  createNames,
  gatewayTopology,
  scorerTopology,
  type Topology,
} from './topology.ts';

const names = createNames();
const all: Readonly<Record<string, Topology>> = {
  core: coreTopology(names),
  history: scorerTopology(names, 'history'),
  genres: scorerTopology(names, 'genres'),
  'aggregator 0': aggregatorTopology(names, 0),
  'aggregator 1': aggregatorTopology(names, 1),
  'gateway a': gatewayTopology(names, 'a'),
  'control of a': controlTopology(names, { role: 'gateway', process: 'a' }, Object.values(controlKeys)),
  'control of b': controlTopology(names, { role: 'aggregator', process: 'b' }, [controlKeys.plansWanted]),
};
const whole = {
  exchanges: Object.values(all).flatMap((one) => one.exchanges),
  queues: Object.values(all).flatMap((one) => one.queues),
  bindings: Object.values(all).flatMap((one) => one.bindings),
};

const twice = (values: readonly string[]): string[] => values.filter((one, at) => values.indexOf(one) < at);

describe('the topology as a whole', () => {
  test('no two queues and no two exchanges share a name', () => {
    expect(twice(whole.queues.map((queue) => queue.name))).toEqual([]);
    expect(twice(whole.exchanges.map((exchange) => exchange.name))).toEqual([]);
    expect(twice(whole.bindings.map((one) => `${one.exchange} ${one.key} ${one.queue}`))).toEqual([]);
  });

  test('the core declares every shared exchange; one of its own has a scorer alone, which leads to its durable queue', () => {
    expect(all.core?.exchanges.map((one) => one.name).sort()).toEqual(Object.values(names.exchange).sort());
    expect(whole.exchanges.slice(all.core?.exchanges.length).map((one) => one.name)).toEqual(
      ['history', 'genres'].map(names.again),
    );
    expect(whole.bindings.filter(({ exchange }) => exchange === names.again('history'))).toEqual([
      {
        queue: 'medley.scorer.history.durable',
        exchange: names.again('history'),
        key: 'medley.scorer.history.durable',
      },
    ]);
  });

  test('a new generation has a new interactive queue and the durable one as it is', () => {
    const [first, second] = [0, 1].map((generation) => scorerTopology(names, 'history', generation));
    expect(second?.queues[0]?.name).toBe('medley.scorer.history.interactive.g1');
    expect(second?.queues[1]).toEqual(first?.queues[1]);
  });

  test('every binding and every dead letter goes to an exchange that is declared; never to the default one', () => {
    const declared = new Set(whole.exchanges.map((one) => one.name));
    expect(declared.has('')).toBe(false);
    const letters = whole.queues.flatMap((queue) => queue.deadLetter ?? []);
    for (const { exchange } of [...whole.bindings, ...letters]) expect(declared).toContain(exchange);
  });

  test.each(Object.keys(all))(
    '%s: every binding is of a queue it declares itself, and every queue is bound',
    (role) => {
      const topology = all[role] as Topology;
      expect([...new Set(topology.bindings.map((one) => one.queue))].sort()).toEqual(
        topology.queues.map((queue) => queue.name).sort(),
      );
    },
  );

  test('outside the control exchange a queue is bound by its own name alone, so one publish reaches any set of them', () => {
    const others = whole.bindings.filter((one) => one.exchange !== names.exchange.control);
    expect(others.filter((one) => one.key !== one.queue)).toEqual([]);
  });

  test('a dead letter ends in a queue that is bound for its key', () => {
    const letters = whole.queues.flatMap((queue) => queue.deadLetter ?? []);
    expect(letters.length).toBeGreaterThan(0);
    for (const { exchange, key } of letters) {
      expect(whole.bindings).toContainEqual({ queue: key, exchange, key });
    }
  });

  test('names stay within what AMQP carries as a routing key, for the longest criterion there may be', () => {
    for (const queue of scorerTopology(names, 'c'.repeat(63), 999_999).queues) {
      expect(Buffer.byteLength(queue.name)).toBeLessThanOrEqual(255);
    }
  });
});

describe('the lanes', () => {
  test('what a caller waits for is classic, bounded, and has no dead-letter exchange', () => {
    const interactive = whole.queues.filter((queue) => /interactive|replies|control/.test(queue.name));
    expect(interactive.length).toBeGreaterThan(0);
    for (const queue of interactive) {
      expect(queue).toMatchObject({ kind: 'classic', maxMessages: expect.any(Number) });
      expect(queue.deadLetter).toBeUndefined();
    }
  });

  test('durable work is quorum, unbounded, redelivered at least 20 times, then dead-lettered', () => {
    for (const name of [names.intake, names.scorer('history', 'durable', 0)]) {
      const queue = whole.queues.find((one) => one.name === name);
      expect(queue).toMatchObject({ kind: 'quorum', deadLetter: { exchange: names.exchange.deadLetter } });
      expect(queue?.deliveryLimit).toBeGreaterThanOrEqual(20);
      expect(queue?.maxMessages).toBeUndefined();
    }
  });

  test('a queue of one process goes when its process does', () => {
    const ofProcesses = whole.queues.filter((queue) => /replies|control/.test(queue.name));
    expect(ofProcesses.map((queue) => queue.expiresMs)).toEqual(ofProcesses.map(() => 60_000));
  });

  test('an aggregator hears requests and partials on one queue a lane', () => {
    const queue = names.results(0, 'interactive');
    expect(all['aggregator 0']?.bindings.filter((one) => one.queue === queue)).toEqual([
      { queue, exchange: names.exchange.scatter, key: queue },
      { queue, exchange: names.exchange.results, key: queue },
    ]);
  });
});

describe('names', () => {
  test('another prefix shares nothing', () => {
    const other = createNames('blue');
    const theirs = [coreTopology(other), scorerTopology(other, 'history'), aggregatorTopology(other, 0)];
    const shared = new Set([...whole.queues, ...whole.exchanges].map((one) => one.name));
    for (const { name } of theirs.flatMap((one) => [...one.queues, ...one.exchanges]))
      expect(shared).not.toContain(name);
  });

  test('whatever criteria, lanes, generations, ordinals and processes are called, no two queues meet', () => {
    const criterion = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
    const lane = fc.constantFrom('interactive' as const, 'durable' as const);
    const process = fc.stringMatching(/^[a-z0-9.-]{1,12}$/);
    const queue = fc.oneof(
      fc
        .tuple(fc.constant('scorer'), criterion, lane, fc.nat(20))
        .map(([of, name, on, generation]) => [of, name, on, on === 'durable' ? 0 : generation] as const)
        .map((of) => [names.scorer(of[1], of[2], of[3]), of]),
      fc.tuple(fc.constant('results'), fc.nat(20), lane).map((of) => [names.results(of[1], of[2]), of]),
      fc.tuple(fc.constant('replies'), process).map((of) => [names.replies(of[1]), of]),
      fc.tuple(fc.constant('control'), process).map((of) => [names.control('gateway', of[1]), of]),
    );
    fc.assert(
      fc.property(queue, queue, ([a, ofA], [b, ofB]) => {
        expect(a === b).toBe(JSON.stringify(ofA) === JSON.stringify(ofB));
      }),
    );
  });
});
