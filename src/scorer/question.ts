import type { ScoringRequest } from '../contract/request-batch.ts';
import type { Question } from '../contract/scoring.ts';

/**
 * What a scorer is asked, made from what came over the wire.
 *
 * Ids the caller insists on (`include`) are never dropped: seen or not, they must stay rankable. `nowMs` is Unix ms.
 */
export const toQuestion = (request: ScoringRequest, nowMs: number): Question => {
  const drop = new Set(request.seen);
  if (request.dropProfile) for (const id of request.profile.items) drop.add(id);
  for (const id of request.include) drop.delete(id);
  return {
    subject: request.subject,
    profile: request.profile,
    drop,
    filters: request.filters,
    candidates: request.candidates,
    topN: request.topN,
    explain: request.explain,
    context: request.context ?? {},
    nowMs,
  };
};
