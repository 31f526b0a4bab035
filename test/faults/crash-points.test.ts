import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnswerStatus } from '../../src/contract/http.ts';
import { until } from '../support/until.ts';
import type { CrashPoint } from './crash-point.ts';
import { type Crashing, type CrashStage, crashDeadlineMs, type Running, startCrashStage } from './crash-stage.ts';
import { isFallback } from './drill-report.ts';
import { itemPrefix } from './test-scorer.ts';

/** At each step of a request's way, the process that has it is killed -9. Other work may hold this machine up: margins are wide. */
const marginMs = 4_000;
const patienceMs = 30_000;

const requests = 'medley.requests.v1';
const partials = 'medley.partials.v1';
const answers = 'medley.answers.v1';
const intake = 'medley.intake.v1';

const publishSteps = ['before-publish', 'after-publish', 'after-confirm'] as const;
const handlingSteps = ['receipt', 'before-settle'] as const;
const lanes = ['durable', 'interactive'] as const;

const nameOf = (point: CrashPoint): string =>
  'type' in point ? `${point.step} of ${point.type} (${point.lane})` : `${point.step} (${point.method})`;

let stage: CrashStage;
const living: Running[] = [];
let crashing: Crashing | undefined;
let counter = 0;

const nextUser = (): string => {
  counter += 1;
  return `v${counter}`;
};
const live = async (...starting: Promise<Running>[]): Promise<void> => {
  living.push(...(await Promise.all(starting)));
};
const whenKilled = async (): Promise<void> => expect(await crashing?.ended).toBe('SIGKILL');

/** Whatever becomes of a caller of the living gateway, it does by his deadline. */
const expectAnswerInTime = async (user = nextUser()): Promise<void> => {
  const call = await stage.call(user);
  expect(['whole', 'partial', 'last-good', 'popular']).toContain(call.verdict);
  expect(call.endedMs - call.startedMs).toBeLessThan(crashDeadlineMs + marginMs);
};

/** Until somebody's question brings the process to its point. */
const askUntilKilled = async (): Promise<void> => {
  let dead = false;
  void crashing?.ended.then(() => {
    dead = true;
  });
  await until('the process came to its point', async () => {
    await expectAnswerInTime();
    return dead;
  });
};

const expectAnsweredOnce = async ({ id }: AnswerStatus, user: string): Promise<void> => {
  const before = await stage.status(id);
  await until('the accepted request has ended', async () => (await stage.status(id))?.state !== 'pending', patienceMs);
  const ended = await stage.status(id);
  expect(ended).toMatchObject({ state: 'answered', answer: { complete: true, subject: { kind: 'user', id: user } } });
  expect(ended?.answer?.items.every((item) => item.id.startsWith(itemPrefix(user, 'once')))).toBe(true);
  if (before?.state === 'answered') expect(ended).toEqual(before);
  await until('the intake queue is settled', async () => (await stage.broker.depth(stage.names.intake)) === 0);
  expect(await stage.status(id)).toEqual(ended);
};

const expectWholeSoon = (): Promise<void> =>
  until('whole again', async () => (await stage.call(nextUser())).verdict === 'whole', patienceMs);

/** Ends what the present test started; what its whole group shares lives on. */
const endAll = async (running: Running[]): Promise<void> => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
};
const shareInGroup = (start: () => readonly Promise<Running>[]): void => {
  const shared: Running[] = [];
  beforeAll(async () => void shared.push(...(await Promise.all(start()))), patienceMs);
  afterAll(() => endAll(shared), patienceMs);
};

beforeAll(async () => {
  stage = await startCrashStage();
}, patienceMs);
afterEach(async () => {
  crashing?.kill();
  crashing = undefined;
  await endAll(living);
}, patienceMs);
afterAll(() => stage.stop(), patienceMs);

describe('a scorer killed', () => {
  shareInGroup(() => [stage.startAggregator(), stage.startScorer('green')]);
  const points: CrashPoint[] = lanes.flatMap((lane) => [
    ...handlingSteps.map((step) => ({ step, type: requests, lane }) as const),
    ...publishSteps.map((step) => ({ step, type: partials, lane }) as const),
  ]);
  test.each(points.map((point) => [nameOf(point), point] as const))(
    'at %s leaves its work to the next one',
    async (_, point) => {
      crashing = await stage.startCrashing('scorer', point);
      const user = nextUser();
      const durable = 'lane' in point && point.lane === 'durable' ? await stage.accept(stage.base, user) : null;
      if (durable === null) await askUntilKilled();
      await whenKilled();
      await expectAnswerInTime();
      await live(stage.startScorer('red'));
      if (durable !== null) await expectAnsweredOnce(durable, user);
      await expectWholeSoon();
    },
    60_000,
  );
});

describe('an aggregator killed', () => {
  shareInGroup(() => [stage.startScorer('green'), stage.startScorer('red')]);
  const points: CrashPoint[] = [
    ...handlingSteps.map((step) => ({ step, type: intake, lane: 'durable' }) as const),
    ...publishSteps.map((step) => ({ step, type: requests, lane: 'durable' }) as const),
    ...handlingSteps.map((step) => ({ step, type: partials, lane: 'durable' }) as const),
    ...(['before-store', 'after-store'] as const).map((step) => ({ step, method: 'complete' }) as const),
    ...handlingSteps.map((step) => ({ step, type: requests, lane: 'interactive' }) as const),
    ...handlingSteps.map((step) => ({ step, type: partials, lane: 'interactive' }) as const),
    ...publishSteps.map((step) => ({ step, type: answers, lane: 'interactive' }) as const),
  ];
  test.each(points.map((point) => [nameOf(point), point] as const))(
    'at %s leaves its work to the next one',
    async (_, point) => {
      crashing = await stage.startCrashing('aggregator', point);
      const user = nextUser();
      const isDurable = !('lane' in point) || point.lane === 'durable';
      const durable = isDurable ? await stage.accept(stage.base, user) : null;
      if (durable === null) await askUntilKilled();
      await whenKilled();
      await expectAnswerInTime();
      await live(stage.startAggregator());
      if (durable !== null) await expectAnsweredOnce(durable, user);
      await expectWholeSoon();
    },
    60_000,
  );
});

describe('a gateway killed', () => {
  shareInGroup(() => [stage.startAggregator(), stage.startScorer('green'), stage.startScorer('red')]);
  const points: CrashPoint[] = [
    ...(['before-store', 'after-store'] as const).map((step) => ({ step, method: 'accept' }) as const),
    ...publishSteps.map((step) => ({ step, type: intake, lane: 'durable' }) as const),
  ];
  test.each(points.map((point) => [nameOf(point), point] as const))(
    'at %s: the same key at another gateway, one answer',
    async (_, point) => {
      crashing = await stage.startCrashing('gateway', point);
      const user = nextUser();
      await expect(stage.accept(`http://127.0.0.1:${crashing.port}`, user)).rejects.toThrow('fetch failed');
      await whenKilled();
      await expectAnswerInTime();
      const accepted = await stage.accept(stage.base, user);
      await expectAnsweredOnce(accepted, user);
      expect((await stage.accept(stage.base, user)).id).toBe(accepted.id);
    },
    60_000,
  );

  test('while callers wait for it: those of the living one are answered', async () => {
    crashing = await stage.startCrashing('gateway', { step: 'receipt', type: answers, lane: 'interactive' });
    const url = `http://127.0.0.1:${crashing.port}/v1/users/1/recommendations`;
    await until('its caller is cut off', () =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    );
    await Promise.all([expectAnswerInTime(), whenKilled()]);
    const call = await stage.call(nextUser());
    expect(isFallback(call)).toBe(false);
  }, 60_000);
});
