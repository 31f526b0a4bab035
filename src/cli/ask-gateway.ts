import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../contract/answer.ts';
import type { Problem } from '../contract/http.ts';

/** Asks a running gateway over HTTP, as any client would. */
const asError = async (response: Response): Promise<Error> => {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as Problem;
    return new Error(`${problem.status} ${problem.code}: ${problem.detail}`);
  } catch {
    return new Error(`${response.status}: ${text.slice(0, 200)}`);
  }
};

/** @throws Error with the problem's code and detail where the gateway refuses */
export const askForUser = async (
  base: string,
  question: { user: string; recommender: string; k: number },
): Promise<Answer> => {
  const query = new URLSearchParams({ recommender: question.recommender, k: String(question.k) });
  const response = await fetch(`${base}/v1/users/${encodeURIComponent(question.user)}/recommendations?${query}`);
  if (!response.ok) throw await asError(response);
  return (await response.json()) as Answer;
};

/** Asks until an answer is fresh and whole (scorers may still be loading their models), or the patience is over. */
export const firstWholeAnswer = async (
  ask: () => Promise<Answer>,
  options: { tries: number; pauseMs: number },
): Promise<Answer> => {
  let last: { answer: Answer } | { error: unknown } = { error: new Error('never asked') };
  for (let turn = 0; turn < options.tries; turn += 1) {
    last = await ask().then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    if ('answer' in last && last.answer.complete && last.answer.source === 'fresh') break;
    await sleep(options.pauseMs);
  }
  if ('error' in last) throw last.error;
  return last.answer;
};
