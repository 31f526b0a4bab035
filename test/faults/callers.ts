import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../src/contract/answer.ts';
import { type AnswerVerdict, verdictOf } from './answer-verdict.ts';
import { type Doors, wasRefused } from './doors.ts';

/** Callers that come whether or not others were answered (open loop), and what each of them got. */
export interface Call {
  door: number;
  startedMs: number;
  endedMs: number;
  /** `cut`: the connection was lost before an answer. `unanswered`: nothing came for long. */
  verdict: AnswerVerdict | 'cut' | 'unanswered';
  /** From arrival to answer by the gateway's own clock, ms; null where there is no answer. */
  gatewayMs: number | null;
  /** Doors that refused the connection before. */
  turnedAway: number;
  /** Why it is not whole. */
  note?: string;
}

export interface CallersOptions {
  doors: Doors;
  recommender?: string;
  ratePerSecond: number;
  /** Callers are so many users in turn. */
  users: number;
  /** Before each user's name, so that two loads do not share users. */
  prefix?: string;
}

export interface Callers {
  calls: readonly Call[];
  /** Ends the stream and waits for those still open. */
  stop(): Promise<void>;
}

const patienceMs = 15_000;
const tickMs = 2;

const noteOf = (answer: Answer): string =>
  answer.note ??
  answer.coverage.criteria
    .filter(({ outcome }) => outcome !== 'scored')
    .map(({ criterion, outcome }) => `${criterion} ${outcome}`)
    .join(', ');

const read = (asked: { user: string; nonce: string }, got: Awaited<ReturnType<Doors['send']>>) => {
  const verdict = verdictOf(asked, got);
  if (got.status !== 200) return { verdict, gatewayMs: null, note: got.body, answer: null };
  const answer = JSON.parse(got.body) as Answer;
  const note = verdict === 'whole' ? {} : { note: noteOf(answer) };
  return { verdict, gatewayMs: answer.timings.totalMs, ...note, answer };
};

/** One caller: turns to another door where one refuses the connection, as a load balancer does, and asks once. */
export const callOnce = async (
  doors: Doors,
  asked: { user: string; nonce: string; recommender: string },
): Promise<Call & { answer: Answer | null }> => {
  const { user, nonce, recommender } = asked;
  const request = {
    method: 'POST' as const,
    path: '/v1/recommendations',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recommender, user, context: { nonce } }),
    patienceMs,
  };
  const startedMs = performance.now();
  for (let turnedAway = 0; ; turnedAway += 1) {
    const door = doors.pick();
    try {
      const got = await doors.send(door, request);
      return { door, startedMs, endedMs: performance.now(), turnedAway, ...read(asked, got) };
    } catch (error) {
      doors.avoid(door);
      if (wasRefused(error) && turnedAway < 10) continue;
      const { code, message } = error as { code?: string; message?: string };
      const verdict = code === 'UND_ERR_HEADERS_TIMEOUT' ? 'unanswered' : 'cut';
      const note = `${code ?? ''} ${message ?? ''}`;
      const endedMs = performance.now();
      return { door, startedMs, endedMs, turnedAway, verdict, gatewayMs: null, note, answer: null };
    }
  }
};

export const tookMs = ({ startedMs, endedMs }: Pick<Call, 'startedMs' | 'endedMs'>): number => endedMs - startedMs;

export const startCallers = (options: CallersOptions): Callers => {
  const { doors, recommender = 'home', ratePerSecond, users, prefix = 'u' } = options;
  const calls: Call[] = [];
  const open = new Set<Promise<void>>();
  let running = true;
  let sent = 0;

  const send = (): void => {
    const user = `${prefix}${sent % users}`;
    const nonce = String(sent);
    sent += 1;
    const one = callOnce(doors, { user, nonce, recommender }).then(({ answer: _answer, ...call }) => {
      calls.push(call);
      open.delete(one);
    });
    open.add(one);
  };
  const stream = async (): Promise<void> => {
    const beganMs = performance.now();
    while (running) {
      const due = Math.floor(((performance.now() - beganMs) * ratePerSecond) / 1_000);
      while (sent < due) send();
      await sleep(tickMs);
    }
  };
  const streaming = stream();
  return {
    calls,
    async stop() {
      running = false;
      await streaming;
      await Promise.all(open);
    },
  };
};
