import type { Answer } from '../../src/contract/answer.ts';
import type { AnswerStatus } from '../../src/contract/http.ts';
import { type AnswerStore, StoreUnavailableError } from '../../src/store/port.ts';

/** Durable answers in a map, and a switch that makes the store unavailable. */
export interface FakeAnswers extends AnswerStore {
  /** How each id ended: its answer, or why it failed. */
  ended: Map<string, Answer | string>;
  isDown: boolean;
  /** Attempts while it was down. */
  refused: number;
}

export const createFakeAnswers = (): FakeAnswers => {
  const ended = new Map<string, Answer | string>();
  const reach = (): void => {
    if (!store.isDown) return;
    store.refused += 1;
    throw new StoreUnavailableError('down');
  };
  const end = async (id: string, ending: Answer | string): Promise<boolean> => {
    reach();
    if (ended.has(id)) return false;
    ended.set(id, ending);
    return true;
  };
  const statusOf = (id: string): AnswerStatus => {
    const ending = ended.get(id);
    const base = { id, acceptedAtMs: 0, deadlineAtMs: 0 };
    if (ending === undefined) return { ...base, state: 'pending' };
    return typeof ending === 'string'
      ? { ...base, state: 'failed', failure: ending }
      : { ...base, state: 'answered', answer: ending };
  };
  const store: FakeAnswers = {
    ended,
    isDown: false,
    refused: 0,
    accept: async ({ id }) => ({ known: ended.has(id), sameBody: true, status: statusOf(id) }),
    complete: end,
    fail: end,
    async get(id) {
      reach();
      return statusOf(id);
    },
    sweep: async () => 0,
  };
  return store;
};
