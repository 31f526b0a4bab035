import type { RecommendationRequest } from '../contract/http.ts';
import { type FallbackQuestion, slotOf } from './fallback.ts';
import type { Open } from './open-requests.ts';

/** What a fallback must know of an open request, whether or not its profile was resolved. Pure. */
export const questionOf = (open: Open, nowMs: number): FallbackQuestion => {
  const { request, resolved, bound } = open;
  const own = request.item === undefined ? request.exclude : [...request.exclude, request.item];
  const watched = bound.plan.rules.excludeSeen ? (resolved?.profile.items ?? []) : [];
  return {
    plan: bound.plan,
    subjectKey: bound.subjectKey,
    slot: slotOf(bound.plan.recommender, request.filters),
    k: bound.k,
    drop: new Set([...(resolved?.seen ?? own), ...watched]),
    include: request.include,
    filters: request.filters,
    candidates: request.candidates === undefined ? undefined : new Set(request.candidates),
    nowMs,
  };
};

/** Null: an anonymous or narrower question makes no good answer to the next one. */
export const rememberedAs = (request: RecommendationRequest): string | null => {
  const anonymous = request.session !== undefined && request.session.id === undefined;
  return anonymous || request.candidates !== undefined ? null : slotOf(request.recommender, request.filters);
};
