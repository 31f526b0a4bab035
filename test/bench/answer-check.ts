import type { Outcome } from './closed-loop.ts';
import { combine, createScore, criteria, type List, userCount } from './four-scorers.ts';

/** What a scorer outside Medley replies. */
export interface Reply extends List {
  serviceMs: number;
}

const asText = (items: readonly string[]): string => items.toSorted().join();

/** The right ids for every user; in order of id, since the best of each list tie. */
const rightAnswers = (): readonly string[] => {
  const scores = criteria.map((criterion) => createScore(criterion, 'computed'));
  return Array.from({ length: userCount }, (_, user) => asText(combine(scores.map((score) => score(user)))));
};

/** Judges combined answers: all criteria must be in, and the items must be the ones that the four lists make. */
export const createAnswerCheck = (): ((user: number, items: readonly string[], counted: number) => string) => {
  const right = rightAnswers();
  return (user, items, counted) => {
    if (counted !== criteria.length) return `${counted} of ${criteria.length} criteria`;
    return asText(items) === right[user] ? 'good' : 'wrong items';
  };
};

/** Combines and judges what four scorers replied to a caller of their own. */
export const createReplyCheck = (): ((user: number, replies: readonly Reply[]) => Outcome) => {
  const check = createAnswerCheck();
  return (user, replies) => {
    let slowestServiceMs = 0;
    for (const { serviceMs } of replies) slowestServiceMs = Math.max(slowestServiceMs, serviceMs);
    return { verdict: check(user, combine(replies), replies.length), slowestServiceMs };
  };
};
