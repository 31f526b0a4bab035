import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../../src/contract/answer.ts';
import type { AnswerStatus } from '../../../src/contract/http.ts';

/** Callers of one gateway, by address. */
export interface Callers {
  ask(recommender: string): Promise<Answer>;
  /** The id it is accepted under. */
  accept(recommender: string): Promise<string>;
  statusOf(id: string): Promise<AnswerStatus>;
  /** Calls at a steady rate, whatever becomes of it, until stopped; then resolves with what every call gave. */
  keep<T>(perSecond: number, call: () => Promise<T>): { stop(): Promise<T[]> };
}

const json = { 'content-type': 'application/json' };

export const createCallers = (gateway: string): Callers => {
  let calls = 0;
  const post = (recommender: string, headers: Record<string, string>): Promise<Response> => {
    calls += 1;
    const body = JSON.stringify({ recommender, user: `user-${calls % 500}`, k: 1, explain: false });
    const signal = AbortSignal.timeout(10_000);
    return fetch(`${gateway}/v1/recommendations`, { method: 'POST', headers: { ...json, ...headers }, body, signal });
  };
  return {
    async ask(recommender) {
      const response = await post(recommender, {});
      if (!response.ok) throw new Error(`not answered: ${response.status} ${await response.text()}`);
      return (await response.json()) as Answer;
    },
    async accept(recommender) {
      const response = await post(recommender, { prefer: 'respond-async' });
      const body = (await response.json()) as AnswerStatus;
      if (response.status !== 202) throw new Error(`not accepted: ${response.status} ${JSON.stringify(body)}`);
      return body.id;
    },
    statusOf: async (id) => (await (await fetch(`${gateway}/v1/answers/${id}`)).json()) as AnswerStatus,
    keep(perSecond, call) {
      let goesOn = true;
      const under: ReturnType<typeof call>[] = [];
      const calling = (async () => {
        const startMs = performance.now();
        while (goesOn) {
          const one = call();
          // Told at the end, with the others.
          one.catch(() => undefined);
          under.push(one);
          await sleep(Math.max(0, startMs + (under.length / perSecond) * 1_000 - performance.now()));
        }
      })();
      return {
        async stop() {
          goesOn = false;
          await calling;
          return Promise.all(under);
        },
      };
    },
  };
};
