import { setTimeout as sleep } from 'node:timers/promises';
import type { ScorerDefinition } from '../../src/contract/scoring.ts';
import { type Criterion, createScore, criteria, type List, type Score, type Scoring } from './four-scorers.ts';

/** One of the four scorers as Medley takes it; scoring threads import it from here. */
export const createDefinition = (criterion: Criterion, scoring: Scoring): ScorerDefinition<Score> => {
  const at = criteria.indexOf(criterion);
  const say = ({ items, scores }: List) => ({ items, scores, floor: scores.at(-1) ?? null });
  return {
    needs: [],
    load: () => createScore(criterion, scoring),
    score({ subject, context }, score) {
      const user = Number(subject.id);
      const delayMs = Array.isArray(context.delaysMs) ? Number(context.delaysMs[at] ?? 0) : 0;
      return delayMs > 0 ? sleep(delayMs).then(() => say(score(user))) : say(score(user));
    },
  };
};
