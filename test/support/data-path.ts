import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Broker } from '../../src/broker/port.ts';
import type { AnswerStatus } from '../../src/contract/http.ts';
import type { Question, Scored } from '../../src/contract/scoring.ts';
import { type Stage, type StageOptions, startStage } from './stage.ts';
import { until } from './until.ts';

/** What a caller may rely on from door to door, whatever the broker: run on every implementation of the port. */

export interface BrokerFactory {
  connect(process: string): Promise<Broker>;
  provision?: StageOptions['provision'];
  close(): Promise<void>;
}

const json = { 'content-type': 'application/json' };

const ranked =
  (ids: readonly string[]) =>
  (question: Question): Scored => {
    const items = ids.filter((id) => !question.drop.has(id));
    return { items, scores: items.map((_, index) => 1 / (index + 1)), floor: null };
  };

const weighted = (weights: Record<string, number>, more: object = {}) => ({
  criteria: Object.entries(weights).map(([criterion, weight]) => ({ criterion, weight })),
  ...more,
});

export const describeDataPath = (name: string, createFactory: () => BrokerFactory): void => {
  describe(`the data path on ${name}`, () => {
    let factory: BrokerFactory;
    let stage: Stage | undefined;

    const start = async (options: Omit<StageOptions, 'connect'>): Promise<Stage> => {
      const { provision } = factory;
      stage = await startStage({ ...options, provision, connect: (process) => factory.connect(process) });
      const [recommender] = Object.keys(options.recommenders);
      // The first answers may come before an aggregator was heard of.
      await until('a first fresh answer', async () => {
        const { status, answer } = (await stage?.ask({ recommender, user: 'first' })) ?? {};
        return status === 200 && answer?.source === 'fresh';
      });
      return stage;
    };

    beforeEach(() => {
      factory = createFactory();
    });
    afterEach(async () => {
      await stage?.stop();
      stage = undefined;
      await factory.close();
    });

    test('an answer is fresh, whole, ranked and explained by every criterion', async () => {
      const { ask } = await start({
        scorers: { a: { score: ranked(['1', '2', '3']) }, b: { score: ranked(['2', '3', '1']) } },
        recommenders: { home: weighted({ a: 3, b: 1 }) },
        aggregators: 2,
      });
      const { status, answer } = await ask({ user: '7', k: 2 });
      expect(status).toBe(200);
      expect(answer).toMatchObject({
        source: 'fresh',
        complete: true,
        subject: { kind: 'user', id: '7' },
        coverage: { weight: 1 },
      });
      expect(answer.items.map((item) => item.id)).toEqual(['1', '2']);
      expect(answer.items[0]?.title).toBe('Film 1');
      const shares = Object.values(answer.items[0]?.shares ?? {});
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    });

    test('scorers work side by side: three that each wait for the other two all finish', async () => {
      const begun = new Map<string, { count: number; open: Promise<void>; release(): void }>();
      const meet = async (subject: string): Promise<void> => {
        let meeting = begun.get(subject);
        if (meeting === undefined) {
          let release = (): void => undefined;
          const open = new Promise<void>((resolve) => {
            release = resolve;
          });
          meeting = { count: 0, open, release };
          begun.set(subject, meeting);
        }
        meeting.count += 1;
        if (meeting.count === 3) meeting.release();
        await meeting.open;
      };
      const waiting = async (question: Question): Promise<Scored> => {
        if (question.subject.id !== 'first') await meet(question.subject.id);
        return ranked(['1', '2'])(question);
      };
      const { ask } = await start({
        scorers: { a: { score: waiting }, b: { score: waiting }, c: { score: waiting } },
        recommenders: { home: weighted({ a: 1, b: 1, c: 1 }, { deadlineMs: 20_000 }) },
      });
      const { answer } = await ask({ user: '7' });
      expect(answer).toMatchObject({ source: 'fresh', complete: true });
    });

    test('a turtle is named late, holds up nobody, and is used and marked in the next answer of that user', async () => {
      const turtle = async (question: Question): Promise<Scored> => {
        await sleep(question.subject.id === 'first' ? 0 : 1_500);
        return ranked(['5', '6'])(question);
      };
      const { ask, base } = await start({
        scorers: { quick: { score: ranked(['1', '2']), concurrency: 8 }, turtle: { score: turtle, concurrency: 8 } },
        recommenders: { home: weighted({ quick: 3, turtle: 1 }, { deadlineMs: 300 }), other: weighted({ quick: 1 }) },
      });
      const first = await ask({ user: '7' });
      expect(first.tookMs).toBeLessThan(1_200);
      expect(first.answer).toMatchObject({ source: 'fresh', complete: false, coverage: { weight: 0.75 } });
      expect(first.answer.coverage.criteria.find((one) => one.criterion === 'turtle')).toMatchObject({
        outcome: 'late',
        weight: 0.25,
      });
      expect((await ask({ user: '7', recommender: 'other' })).answer).toMatchObject({ complete: true });
      await sleep(1_800);
      const second = await ask({ user: '7' });
      const turtleNow = second.answer.coverage.criteria.find((one) => one.criterion === 'turtle');
      expect(turtleNow?.outcome).toBe('late');
      expect(turtleNow?.lateAgeMs).toBeGreaterThan(0);
      expect(second.answer.items.map((item) => item.id)).toContain('5');

      // Deleted, he is nobody's memory: what came late for him stands in no longer.
      expect((await fetch(`${base}/v1/users/7`, { method: 'PUT', headers: json, body: '{}' })).status).toBeLessThan(
        300,
      );
      expect((await fetch(`${base}/v1/users/7`, { method: 'DELETE' })).status).toBeLessThan(300);
      await sleep(200);
      const third = await ask({ user: '7' });
      expect(third.answer.coverage.criteria.find((one) => one.criterion === 'turtle')?.lateAgeMs).toBeUndefined();
    });

    test('who abstains counts as answered, who fails does not, and neither counts as zero', async () => {
      const { ask } = await start({
        scorers: {
          a: { score: ranked(['1', '2']) },
          silent: { score: () => null },
          broken: {
            score: (question) => {
              if (question.subject.id !== 'first') throw new Error('no model for this');
              return null;
            },
          },
        },
        recommenders: { home: weighted({ a: 1, silent: 1, broken: 2 }) },
      });
      const { answer } = await ask({ user: '7' });
      const outcomes = Object.fromEntries(answer.coverage.criteria.map((one) => [one.criterion, one.outcome]));
      expect(outcomes).toEqual({ a: 'scored', silent: 'abstained', broken: 'failed' });
      expect(answer.coverage.weight).toBeCloseTo(0.5);
      expect(answer.items[0]?.shares).toEqual({ a: 1 });
    });

    test('below the minimum coverage the answer falls back, and says which source it came from', async () => {
      const { ask } = await start({
        scorers: {
          a: { score: ranked(['1', '2']) },
          broken: {
            score: (question) => {
              if (question.context.fail === true) throw new Error('down');
              return ranked(['3'])(question);
            },
          },
        },
        recommenders: { home: weighted({ a: 1, broken: 3 }, { minimumCoverage: 0.5 }) },
      });
      const good = await ask({ user: '7' });
      expect(good.answer.source).toBe('fresh');
      const fallen = await ask({ user: '7', context: { fail: true } });
      expect(fallen.status).toBe(200);
      expect(fallen.answer).toMatchObject({ source: 'last-good', complete: false });
      expect(fallen.answer.items.map((item) => item.id)).toEqual(good.answer.items.map((item) => item.id));
    });

    test('a watch changes the very next answer, and no watched item comes back', async () => {
      const { ask, base } = await start({
        scorers: {
          a: {
            score: (question) =>
              ranked([...question.profile.items].length > 0 ? ['9', '1', '2'] : ['1', '2'])(question),
          },
        },
        recommenders: { home: weighted({ a: 1 }) },
      });
      expect((await ask({ user: '7' })).answer.items.map((item) => item.id)).toEqual(['1', '2']);
      const posted = await fetch(`${base}/v1/feedback`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ events: [{ user: '7', item: '1', type: 'watch' }] }),
      });
      expect(posted.status).toBeLessThan(300);
      expect((await ask({ user: '7' })).answer.items.map((item) => item.id)).toEqual(['9', '2']);
    });

    test('an absolute sum with a part missing has no total; accepted durable work is answered once the part is back', async () => {
      const grams =
        (value: number) =>
        (question: Question): Scored => ({
          items: question.candidates ?? [],
          scores: (question.candidates ?? []).map(() => value),
          floor: null,
        });
      const running = await start({
        items: [],
        scorers: { screen: { score: grams(300) }, body: { score: grams(500) }, hardware: { score: grams(450) } },
        recommenders: {
          weight: weighted(
            { screen: 1, body: 1, hardware: 1 },
            {
              fusion: { kind: 'sum', normalise: 'none' },
              rules: { excludeSeen: false },
              fallback: [],
              deadlineMs: 300,
            },
          ),
        },
      });
      const question = { recommender: 'weight', item: 'ultralight', candidates: ['ultralight'], k: 1 };
      const whole = await running.ask(question);
      expect(whole.answer.items[0]).toMatchObject({
        id: 'ultralight',
        score: 1_250,
        shares: { screen: 300, body: 500, hardware: 450 },
      });

      await running.stopScorers('hardware');
      const part = await running.ask(question);
      expect(part.answer.complete).toBe(false);
      expect(part.answer.items[0]).toMatchObject({ score: null, shares: { screen: 300, body: 500 } });
      expect(part.answer.coverage.criteria.find((one) => one.criterion === 'hardware')?.outcome).toBe('late');

      const accepted = await fetch(`${running.base}/v1/recommendations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'respond-async', 'idempotency-key': 'notebook-1' },
        body: JSON.stringify(question),
      });
      expect(accepted.status).toBe(202);
      const url = `${running.base}${accepted.headers.get('location')}`;
      const status = async (): Promise<AnswerStatus> => (await (await fetch(url)).json()) as AnswerStatus;
      await sleep(500);
      expect((await status()).state).toBe('pending');
      await running.startScorer('hardware');
      await until('the durable answer', async () => (await status()).state === 'answered');
      expect((await status()).answer?.items[0]).toMatchObject({ score: 1_250 });
    });
  });
};
