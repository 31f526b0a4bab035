import type { Answer } from '../../src/contract/answer.ts';
import { itemPrefix } from './test-scorer.ts';

/** What a caller got. `whole`: fresh, with every criterion; `partial`: fresh, lacking some; the rest as they are called. */
export type AnswerVerdict = 'whole' | 'partial' | 'last-good' | 'popular' | 'none' | '429' | '503' | 'mixed' | 'error';

export interface Asked {
  user: string;
  nonce: string;
}

export interface Got {
  status: number;
  /** The X-Request-Id header. */
  requestId: string | undefined;
  body: string;
}

/** Whether an item was made for this caller: of this very question, unless an earlier list stands in; popular ones are anybody's. */
const belongs = (id: string, answer: Answer, { user, nonce }: Asked): boolean => {
  if (answer.source === 'popular') return id.startsWith('popular-');
  const standsIn = answer.source === 'last-good' || answer.coverage.criteria.some((one) => one.lateAgeMs !== undefined);
  return id.startsWith(standsIn ? `${user}/` : itemPrefix(user, nonce));
};

const isMixed = (answer: Answer, asked: Asked, requestId: string | undefined): boolean =>
  answer.subject.kind !== 'user' ||
  answer.subject.id !== asked.user ||
  (requestId !== undefined && answer.requestId !== requestId) ||
  answer.items.some(({ id }) => !belongs(id, answer, asked));

export const verdictOf = (asked: Asked, { status, requestId, body }: Got): AnswerVerdict => {
  if (status === 429 || status === 503) return `${status}`;
  if (status !== 200) return 'error';
  const answer = JSON.parse(body) as Answer;
  if (isMixed(answer, asked, requestId)) return 'mixed';
  if (answer.source !== 'fresh') return answer.source;
  return answer.complete ? 'whole' : 'partial';
};
