import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requestId, samplePartial, sampleRequest } from '../../test/support/gathering-samples.ts';
import { createGather, type GatherBounds, type Group } from './gather.ts';

/**
 * Any interleaving of requests and partials, with duplicates, foreign, unknown and late ones injected: what a group holds
 * is what its own criteria said before it closed, each request is closed once, and nothing stays behind.
 */
const criteria = ['freshness', 'genres', 'history'];
const dueMs = 100;

type Event =
  | { at: number; kind: 'request'; number: number; mask: number }
  | { at: number; kind: 'partial'; number: number; bit: number; noise: 'none' | 'subject' | 'round' | 'criterion' };

const timed = { at: fc.integer({ min: 0, max: 150 }), number: fc.integer({ min: 0, max: 5 }) };
const eventArbitrary: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ ...timed, kind: fc.constant('request' as const), mask: fc.integer({ min: 0, max: 7 }) }),
  fc.record({
    ...timed,
    kind: fc.constant('partial' as const),
    bit: fc.integer({ min: 0, max: 2 }),
    noise: fc.constantFrom(
      'none' as const,
      'none' as const,
      'subject' as const,
      'round' as const,
      'criterion' as const,
    ),
  }),
);

const subjectOf = (number: number) => ({ kind: 'user' as const, id: `${number}` });

const partialFor = (event: Extract<Event, { kind: 'partial' }>) => {
  const request = { id: requestId(event.number), subject: subjectOf(event.number), round: 0 };
  const mark = { [`${event.number}-${criteria[event.bit]}`]: 1 };
  const partial = samplePartial(request, mark);
  if (event.noise === 'subject') return { ...partial, subject: 'user:elsewhere', items: ['foreign'] };
  if (event.noise === 'round') return { ...partial, round: 1, items: ['foreign'] };
  return event.noise === 'criterion' ? { ...partial, items: ['foreign'] } : partial;
};

/** Plays the events in order of time and returns what closed, how often each held thing was handed back, and the gather. */
const tight: GatherBounds = { maxOpenGroups: 4, maxEarlyPartials: 5, maxClosedGroups: 100 };
const play = (events: readonly Event[], bounds = tight) => {
  const gather = createGather<string>(bounds);
  const closed: Group<string>[] = [];
  const released: string[] = [];
  const end = (groups: readonly Group<string>[]): void => {
    for (const group of groups) {
      closed.push(group);
      released.push(...group.held);
    }
  };
  const expire = (nowMs: number): void => {
    const result = gather.expire(nowMs);
    end(result.closed);
    released.push(...result.unclaimed.map(({ held }) => held));
  };
  const ask = (event: Extract<Event, { kind: 'request' }>, held: string): void => {
    const { number, mask } = event;
    const request = sampleRequest({ id: requestId(number), subject: subjectOf(number), mask });
    const result = gather.open({ request, criteria, replyTo: null, receivedAtMs: event.at, dueMs, held });
    if (result.kind === 'complete') end([result.group]);
    else if (result.kind !== 'opened' && !(result.kind === 'duplicate' && result.group)) released.push(held);
  };
  const answer = (event: Extract<Event, { kind: 'partial' }>, held: string): void => {
    const criterion = event.noise === 'criterion' ? 'elsewhere' : (criteria[event.bit] as string);
    const partial = partialFor(event);
    const result = gather.partial({ criterion, partial, atMs: event.at, holdUntilMs: dueMs, held });
    released.push(...(result.evicted ?? []).map((one) => one.held));
    if (result.kind === 'complete') end([result.group]);
    else if (result.kind !== 'counted' && result.kind !== 'early') released.push(held);
  };
  const ordered = events.toSorted((a, b) => a.at - b.at);
  for (const [index, event] of ordered.entries()) {
    expire(event.at);
    if (event.kind === 'request') ask(event, `${index}`);
    else answer(event, `${index}`);
  }
  expire(1_000);
  return { gather, closed, released, ordered };
};

const many = fc.array(eventArbitrary, { maxLength: 80 });

test('each request is closed at most once, and nothing is open or held in the end', () => {
  fc.assert(
    fc.property(many, (events) => {
      const { gather, closed, ordered } = play(events);
      expect(new Set(closed.map(({ key }) => key)).size).toBe(closed.length);
      const inTime = ordered.filter((event) => event.kind === 'request' && event.at < dueMs).map((one) => one.number);
      const numbers = new Set(closed.map(({ request }) => Number(request.subject.id)));
      if (new Set(inTime).size <= 4) expect([...numbers].sort()).toEqual([...new Set(inTime)].sort());
      expect([gather.openGroups(), gather.earlyPartials(), gather.nextDeadlineMs()]).toEqual([0, 0, null]);
    }),
    { numRuns: 500 },
  );
});

test('a group holds only what its own criteria said of its own subject, each once', () => {
  fc.assert(
    fc.property(many, (events) => {
      for (const { request, arrivals } of play(events).closed) {
        for (const [bit, arrival] of arrivals.entries()) {
          if (arrival === undefined) continue;
          expect((request.mask >> bit) & 1).toBe(1);
          expect(arrival.partial.items).toEqual([`${request.subject.id}-${criteria[bit]}`]);
          expect(arrival.atMs).toBeLessThan(dueMs);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('everything handed in is handed back exactly once, so no message stays unsettled', () => {
  fc.assert(
    fc.property(many, (events) => {
      const { released, ordered } = play(events);
      expect(released.toSorted()).toEqual(ordered.map((_, index) => `${index}`).toSorted());
    }),
    { numRuns: 500 },
  );
});

test('duplicates, foreign and unknown partials in between change no answer', () => {
  const honest = many.map((events) => events.filter((event) => event.kind === 'request' || event.noise === 'none'));
  const roomy = { maxOpenGroups: 100, maxEarlyPartials: 1_000, maxClosedGroups: 100 };
  const answersOf = (events: readonly Event[]) =>
    play(events, roomy)
      .closed.map(({ key, arrivals }) => ({ key, arrivals }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  fc.assert(
    fc.property(honest, many, fc.nat(50), (events, others, delay) => {
      const foreign = others.filter((event) => event.kind === 'partial' && event.noise !== 'none');
      const unknown = others.map((event) => ({ ...event, number: event.number + 10 }));
      const repeated = events
        .filter((event) => event.kind === 'partial')
        .map((event) => ({ ...event, at: event.at + delay }));
      const strangers = new Set(unknown.map(({ number }) => requestId(number)));
      const disturbed = answersOf([...events, ...repeated, ...foreign, ...unknown]);
      expect(disturbed.filter(({ key }) => !strangers.has(key))).toEqual(answersOf(events));
    }),
    { numRuns: 300 },
  );
});
