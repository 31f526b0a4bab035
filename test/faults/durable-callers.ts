import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../src/contract/answer.ts';
import type { AnswerStatus } from '../../src/contract/http.ts';
import type { Store } from '../../src/store/port.ts';
import type { DoorRequest, Doors } from './doors.ts';
import { itemPrefix } from './test-scorer.ts';

/** Work that must not be lost: posted under one Idempotency-Key until it is accepted, then looked after to its end. */
export interface DurableCallers {
  /** Ends the stream; every request still under way is posted until it is accepted. */
  stop(): Promise<void>;
  /** Waits until every accepted request has ended, or until nothing more ends for `patienceMs`. */
  outcome(patienceMs: number): Promise<DurableOutcome>;
  accepted(): number;
}

export interface DurableOutcome {
  accepted: number;
  answered: number;
  failed: number;
  /** Accepted, and neither answered nor failed at the end. */
  lost: readonly string[];
  /** Answers for another subject or question. */
  mixed: number;
  /** Whose answer was one thing when first seen and another at the end. */
  changed: number;
  /** Posts that were repeated under the same key. */
  repeatedPosts: number;
  /** Criteria asked of one request more than once, over all requests. */
  scoredTwice: number;
  /** Answers that lack a criterion. */
  incomplete: number;
  failures: readonly string[];
}

interface Accepted {
  id: string;
  user: string;
  nonce: string;
  first: string | null;
}

const postPatienceMs = 10_000;
const pauseMs = 100;
const lookMs = 250;

const isOwn = (answer: Answer, { user, nonce }: Accepted): boolean =>
  answer.subject.id === user && answer.items.every(({ id }) => id.startsWith(itemPrefix(user, nonce)));

/** The id it was accepted under; null: it is to be posted again. @throws TypeError where that would not help */
const postOnce = async (doors: Doors, request: DoorRequest): Promise<string | null> => {
  const door = doors.pick();
  const got = await doors.send(door, request).catch(() => null);
  if (got === null) doors.avoid(door);
  if (got === null || got.status === 429 || got.status === 503) return null;
  if (got.status !== 202) throw new TypeError(`${got.status}: ${got.body}`);
  return (JSON.parse(got.body) as AnswerStatus).id;
};

export const startDurableCallers = (options: {
  doors: Doors;
  store: Pick<Store, 'answers'>;
  recommender?: string;
  ratePerSecond: number;
  scored(): Promise<readonly string[]>;
  /** Before each user's name, so that two loads do not share keys. */
  prefix?: string;
}): DurableCallers => {
  const { doors, store, recommender = 'home', ratePerSecond, prefix = 'd' } = options;
  const accepted: Accepted[] = [];
  const open = new Set<Promise<void>>();
  let running = true;
  let sent = 0;
  let repeatedPosts = 0;

  const post = async (user: string, nonce: string): Promise<string> => {
    const request = {
      method: 'POST' as const,
      path: '/v1/recommendations',
      headers: {
        'content-type': 'application/json',
        prefer: 'respond-async',
        'idempotency-key': `${user}-${nonce}`,
      },
      body: JSON.stringify({ recommender, user, context: { nonce } }),
      patienceMs: postPatienceMs,
    };
    for (;;) {
      const id = await postOnce(doors, request);
      if (id !== null) return id;
      repeatedPosts += 1;
      await sleep(pauseMs);
    }
  };
  const send = (): void => {
    const user = `${prefix}${sent}`;
    const nonce = 'once';
    sent += 1;
    const one = post(user, nonce).then((id) => {
      accepted.push({ id, user, nonce, first: null });
      open.delete(one);
    });
    open.add(one);
  };
  const stream = async (): Promise<void> => {
    const beganMs = performance.now();
    while (running) {
      const due = Math.floor(((performance.now() - beganMs) * ratePerSecond) / 1_000);
      while (sent < due) send();
      await sleep(5);
    }
  };
  const streaming = stream();

  /** Those that have not ended yet. Notes the first sight of each answer. */
  const lookOnce = async (): Promise<Accepted[]> => {
    const pending: Accepted[] = [];
    for (const one of accepted) {
      if (one.first !== null) continue;
      const status = await store.answers.get(one.id, Date.now());
      if (status === null || status.state === 'pending') pending.push(one);
      else one.first = JSON.stringify(status);
    }
    return pending;
  };

  const count = async (): Promise<DurableOutcome> => {
    const statuses = await Promise.all(accepted.map((one) => store.answers.get(one.id, Date.now())));
    const answers = accepted.flatMap((one, at) => {
      const answer = statuses[at]?.answer;
      return answer === undefined ? [] : [{ one, answer }];
    });
    const failures = statuses.flatMap((status) => (status?.state === 'failed' ? [status.failure ?? ''] : []));
    const scored = (await options.scored()).filter((line) => line.includes(` ${prefix}`));
    // Which replica it was does not matter.
    const durable = scored.map((line) => line.replace(/\.\d+ /, ' '));
    return {
      accepted: accepted.length,
      answered: answers.length,
      failed: failures.length,
      lost: accepted.filter((_, at) => statuses[at] == null || statuses[at]?.state === 'pending').map(({ id }) => id),
      mixed: answers.filter(({ one, answer }) => !isOwn(answer, one)).length,
      changed: accepted.filter(({ first }, at) => first !== null && first !== JSON.stringify(statuses[at])).length,
      repeatedPosts,
      scoredTwice: durable.length - new Set(durable).size,
      incomplete: answers.filter(({ answer }) => !answer.complete).length,
      failures,
    };
  };

  return {
    accepted: () => accepted.length,
    async stop() {
      running = false;
      await streaming;
      await Promise.all(open);
    },
    async outcome(patienceMs) {
      let pending = await lookOnce();
      let giveUpAtMs = performance.now() + patienceMs;
      while (pending.length > 0 && performance.now() < giveUpAtMs) {
        await sleep(lookMs);
        const left = await lookOnce();
        if (left.length < pending.length) giveUpAtMs = performance.now() + patienceMs;
        pending = left;
      }
      return count();
    },
  };
};
