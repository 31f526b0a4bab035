import { describe, expect, test } from '@jest/globals';
import { requestId, samplePartial, sampleRequest } from '../../test/support/gathering-samples.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { createGather, type GatherBounds } from './gather.ts';

const criteria = ['genres', 'history'];

const createScene = (bounds: Partial<GatherBounds> = {}) => {
  const gather = createGather<string>({ maxOpenGroups: 10, maxEarlyPartials: 3, maxClosedGroups: 10, ...bounds });
  return {
    gather,
    open: (request: ScoringRequest, at: { receivedAtMs?: number; dueMs?: number; held?: string } = {}) =>
      gather.open({ request, criteria, replyTo: 'gateway', receivedAtMs: 0, dueMs: 300, held: 'request', ...at }),
    say: (criterion: string, partial: ScorerPartial, at: { atMs?: number; holdUntilMs?: number; held?: string } = {}) =>
      gather.partial({ criterion, partial, atMs: 10, holdUntilMs: 300, held: criterion, ...at }),
  };
};

const request = sampleRequest();
const partial = samplePartial(request);

describe('a group', () => {
  test('closes as soon as every criterion asked has answered, and hands over what was held', () => {
    const { gather, open, say } = createScene();
    expect(open(request).kind).toBe('opened');
    expect(say('genres', partial).kind).toBe('counted');
    const last = say('history', partial, { atMs: 20 });
    expect(last).toMatchObject({ kind: 'complete', group: { held: ['request', 'genres', 'history'] } });
    expect(gather.openGroups()).toBe(0);
    expect(gather.nextDeadlineMs()).toBeNull();
  });

  test('closes at its deadline with what it has, and not a moment before', () => {
    const { gather, open, say } = createScene();
    open(request);
    say('history', partial);
    expect(gather.expire(299.9).closed).toEqual([]);
    const [group] = gather.expire(300).closed;
    expect(group?.arrivals.map((arrival) => arrival?.partial)).toEqual([undefined, partial]);
    expect(gather.expire(301).closed).toEqual([]);
  });

  test('waits only for the criteria of its mask', () => {
    const { open, say } = createScene();
    open({ ...request, mask: 0b10 });
    expect(say('genres', partial).kind).toBe('foreign');
    expect(say('history', partial).kind).toBe('complete');
  });

  test('that asks nobody is complete at once', () => {
    const { gather, open } = createScene();
    expect(open({ ...request, mask: 0 }).kind).toBe('complete');
    expect(gather.openGroups()).toBe(0);
  });

  test('is told apart by generation where one criterion stands twice in the batch', () => {
    const gather = createGather<string>({ maxOpenGroups: 1, maxEarlyPartials: 1, maxClosedGroups: 1 });
    const asked = { ...request, mask: 0b10 };
    gather.open({
      request: asked,
      criteria: ['history', 'history'],
      replyTo: null,
      receivedAtMs: 0,
      dueMs: 9,
      held: '',
    });
    const result = gather.partial({ criterion: 'history', partial, atMs: 1, holdUntilMs: 9, held: '' });
    expect(result.kind).toBe('complete');
  });
});

describe('a partial', () => {
  test.each([
    ['another subject', 'genres', { ...partial, subject: 'user:18' }],
    ['a criterion that was not asked', 'freshness', partial],
    ['a round that was not asked', 'genres', { ...partial, round: 1 }],
  ])('for %s is foreign, and changes nothing', (_, criterion, foreign) => {
    const { gather, open, say } = createScene();
    open(request);
    expect(say(criterion, foreign)).toEqual({ kind: 'foreign' });
    const [group] = gather.expire(300).closed;
    expect(group).toMatchObject({ arrivals: [], held: ['request'] });
  });

  test('that comes twice counts once: the first one stays', () => {
    const { gather, open, say } = createScene();
    open(request);
    say('genres', partial);
    expect(say('genres', { ...partial, scores: [99] })).toEqual({ kind: 'duplicate' });
    expect(gather.expire(300).closed[0]?.arrivals[0]?.partial.scores).toEqual([1]);
  });

  test('after the deadline is late the first time, a duplicate the second, and foreign for others', () => {
    const { gather, open, say } = createScene();
    open(request);
    gather.expire(300);
    expect(say('history', { ...partial, subject: 'user:18' }).kind).toBe('foreign');
    expect(say('freshness', partial).kind).toBe('foreign');
    expect(say('history', partial)).toMatchObject({ kind: 'late', closed: { unconstrained: true } });
    expect(say('history', partial).kind).toBe('duplicate');
  });

  test('that was counted in time is a duplicate after the deadline, not late', () => {
    const { gather, open, say } = createScene();
    open(request);
    say('history', partial);
    gather.expire(300);
    expect(say('history', partial).kind).toBe('duplicate');
  });

  test.each([
    ['candidates', { candidates: ['a'] }],
    ['filters', { filters: { yearFrom: 1990 } }],
  ])('late for a request with %s says nothing of the user at large', (_, constraint) => {
    const { gather, open, say } = createScene();
    open({ ...request, ...constraint });
    gather.expire(300);
    expect(say('history', partial)).toMatchObject({ kind: 'late', closed: { unconstrained: false } });
  });

  test('for a closed group beyond the memory is unknown once its deadline has passed', () => {
    const { gather, open, say } = createScene({ maxClosedGroups: 1 });
    open(request);
    open(sampleRequest({ id: requestId(2) }));
    gather.expire(300);
    expect(say('history', partial, { atMs: 310, holdUntilMs: 300 }).kind).toBe('unknown');
  });
});

describe('a partial that overtakes its request', () => {
  test('is held and counts when the request comes', () => {
    const { gather, open, say } = createScene();
    expect(say('genres', partial)).toEqual({ kind: 'early', evicted: [] });
    expect(say('history', partial).kind).toBe('early');
    expect(open(request)).toMatchObject({ kind: 'complete', group: { held: ['request', 'genres', 'history'] } });
    expect(gather.earlyPartials()).toBe(0);
  });

  test('is given up at its deadline', () => {
    const { gather, say } = createScene();
    say('genres', partial, { holdUntilMs: 50 });
    expect(gather.nextDeadlineMs()).toBe(50);
    expect(gather.expire(50).unclaimed.map(({ held }) => held)).toEqual(['genres']);
    expect(gather.earlyPartials()).toBe(0);
  });

  test('cannot be kept out by a foreign one that came before', () => {
    const { open, say } = createScene();
    say('genres', { ...partial, subject: 'user:18' }, { held: 'foreign' });
    say('genres', partial, { held: 'true' });
    const opened = open(request);
    expect(opened).toMatchObject({
      adopted: [
        { held: 'foreign', result: 'foreign' },
        { held: 'true', result: 'counted' },
      ],
    });
  });

  test('comes twice and is held once', () => {
    const { say } = createScene();
    say('genres', partial);
    expect(say('genres', partial).kind).toBe('duplicate');
  });

  test('pushes out the oldest where too many are held', () => {
    const { gather, say } = createScene();
    for (const number of [1, 2, 3]) {
      say('genres', { ...partial, id: requestId(number) }, { held: `${number}` });
    }
    const fourth = say('genres', { ...partial, id: requestId(4) }, { held: '4' });
    expect(fourth.evicted?.map(({ held }) => held)).toEqual(['1']);
    expect(gather.earlyPartials()).toBe(3);
  });

  test('of a second round is never held: this process opens those itself', () => {
    const { say } = createScene();
    expect(say('genres', { ...partial, round: 1 }).kind).toBe('unknown');
  });
});

describe('a request', () => {
  test('that comes again while open is settled with its group', () => {
    const { gather, open } = createScene();
    open(request);
    expect(open(request, { held: 'again' }).kind).toBe('duplicate');
    expect(gather.openGroups()).toBe(1);
    expect(gather.expire(300).closed[0]?.held).toEqual(['request', 'again']);
  });

  test('that comes again when closed is not opened again', () => {
    const { gather, open } = createScene();
    open(request);
    gather.expire(300);
    expect(open(request, { receivedAtMs: 310, dueMs: 600 })).toEqual({ kind: 'duplicate', group: undefined });
    expect(gather.openGroups()).toBe(0);
  });

  test('whose deadline has passed is not opened', () => {
    const { open } = createScene();
    expect(open(request, { receivedAtMs: 300, dueMs: 300 }).kind).toBe('expired');
  });

  test('is refused where too many are open', () => {
    const { open } = createScene({ maxOpenGroups: 1 });
    open(request);
    expect(open(sampleRequest({ id: requestId(2) })).kind).toBe('refused');
  });

  test('has its two rounds gathered apart', () => {
    const { gather, open, say } = createScene();
    open(request);
    open({ ...request, round: 1 });
    expect(gather.openGroups()).toBe(2);
    say('genres', { ...partial, round: 1 });
    const [first, second] = gather.expire(300).closed;
    expect([first?.arrivals.length, second?.arrivals.length]).toEqual([0, 1]);
  });

  test('closes in the order of the deadlines, a few at a time where asked', () => {
    const { gather, open } = createScene();
    for (const [number, dueMs] of [30, 10, 20, 40].entries()) open(sampleRequest({ id: requestId(number) }), { dueMs });
    const first = gather.expire(35, 2).closed.map((group) => group.dueMs);
    const rest = gather.expire(35).closed.map((group) => group.dueMs);
    expect([first, rest, gather.nextDeadlineMs()]).toEqual([[10, 20], [30], 40]);
  });
});
