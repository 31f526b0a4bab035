import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../src/contract/answer.ts';
import { type Call, callOnce } from './callers.ts';
import type { Doors } from './doors.ts';

/** Users that each ask their next question when they have the answer to the last (closed loop). */
export interface UsersOptions {
  doors: Doors;
  recommender: string;
  users: number;
  durationMs: number;
  /** Between an answer and the same user's next question, ms. */
  thinkMs?: number;
  /** Of the users' names. */
  prefix: string;
  /** They do not all begin in the same instant, but spread over so long, ms. */
  spreadMs?: number;
  onCall(call: Call, answer: Answer | null): void;
}

export const runUsers = async (options: UsersOptions): Promise<void> => {
  const { doors, recommender, users, durationMs, thinkMs = 0, spreadMs = 0, prefix, onCall } = options;
  const untilMs = performance.now() + durationMs;
  let count = 0;
  const user = async (name: string, firstMs: number): Promise<void> => {
    await sleep(firstMs);
    while (performance.now() < untilMs) {
      count += 1;
      const { answer, ...call } = await callOnce(doors, { user: name, nonce: String(count), recommender });
      onCall(call, answer);
      if (thinkMs > 0) await sleep(thinkMs);
    }
  };
  await Promise.all(Array.from({ length: users }, (_, index) => user(`${prefix}${index}`, (index / users) * spreadMs)));
};
