import { type AnswerItem, type AnswerSource, namedItem } from '../contract/answer.ts';
import type { Item } from '../contract/item.ts';
import { passesFilters } from '../contract/passes-filters.ts';
import type { Plan } from '../contract/plan.ts';
import type { Filters } from '../contract/request-batch.ts';
import type { LastGood } from './last-good.ts';
import type { PopularList } from './popular-list.ts';

/** What a caller gets when nothing fresh is there in time: his last good answer, then what is popular. */
export interface FallbackQuestion {
  plan: Plan;
  subjectKey: string;
  /** As `slotOf`. */
  slot: string;
  k: number;
  drop: ReadonlySet<string>;
  include: readonly string[];
  filters: Filters | undefined;
  candidates: ReadonlySet<string> | undefined;
  nowMs: number;
}

export interface Found {
  source: Exclude<AnswerSource, 'fresh'>;
  items: readonly AnswerItem[];
}

/** Where fallbacks come from. */
export interface Lists {
  lastGood: Pick<LastGood, 'recall'>;
  popular: Pick<PopularList, 'ranked' | 'get'>;
}

/** Names what was asked, so that a remembered answer serves only the same question. */
export const slotOf = (recommender: string, filters: Filters | undefined): string =>
  filters === undefined ? recommender : `${recommender} ${JSON.stringify(filters)}`;

const nothing: Found = { source: 'none', items: [] };

interface Row {
  items: AnswerItem[];
  /** Whether the list gave any of it. */
  found: boolean;
}

const byName = (id: string, popular: Lists['popular']): AnswerItem => ({ ...namedItem(id, popular.get(id)), score: 0 });

/** Whether an item whose attributes may not be known passes; what a last good answer held did pass. */
const passes = (question: FallbackQuestion, item: Item | undefined): boolean =>
  item === undefined ||
  (passesFilters(item, question.filters, question.nowMs) &&
    passesFilters(item, question.plan.rules.filters, question.nowMs));

function* lastGoodItems(question: FallbackQuestion, from: Lists): Iterable<AnswerItem> {
  for (const one of from.lastGood.recall(question.subjectKey, question.slot))
    if (passes(question, from.popular.get(one.id))) yield one;
}

function* popularItems(question: FallbackQuestion, from: Lists): Iterable<AnswerItem> {
  for (const { item, score } of from.popular.ranked())
    if (passes(question, item)) yield { ...namedItem(item.id, item), score };
}

/**
 * The caller's includes, then the plan's pins, then the list; each once, no dropped one, what is buried last. The list
 * is read no further than needed: hundreds of callers may need one in the same millisecond.
 */
const compose = (question: FallbackQuestion, list: Iterable<AnswerItem>, popular: Lists['popular']): Row => {
  const { plan, drop, candidates, k } = question;
  const isAllowed = (id: string): boolean => !drop.has(id) && (candidates === undefined || candidates.has(id));
  const row = new Map(question.include.map((id) => [id, byName(id, popular)]));
  for (const id of plan.rules.pin) {
    const item = popular.get(id);
    if (item !== undefined && isAllowed(id) && passes(question, item)) row.set(id, byName(id, popular));
  }
  const named = new Set(row.keys());
  const bury = new Set(plan.rules.bury);
  const buried: AnswerItem[] = [];
  for (const one of list) {
    if (row.size >= k) break;
    if (!isAllowed(one.id)) continue;
    if (bury.has(one.id)) buried.push(one);
    else row.set(one.id, one);
  }
  for (const one of buried) if (!row.has(one.id)) row.set(one.id, one);
  const items = [...row.values()].slice(0, k);
  return { items, found: row.size > named.size };
};

/** An absolute sum has no fallback: a total is never invented. */
export const allowsFallback = (plan: Plan): boolean => plan.fusion.kind !== 'sum' && plan.fallback.length > 0;

/** The first fallback of the plan that has anything besides what is named by hand; `none` where none has. */
export const findFallback = (question: FallbackQuestion, from: Lists): Found => {
  if (!allowsFallback(question.plan)) return nothing;
  let filledByName: Found = nothing;
  for (const source of question.plan.fallback) {
    const list = source === 'last-good' ? lastGoodItems(question, from) : popularItems(question, from);
    const { items, found } = compose(question, list, from.popular);
    if (found) return { source, items };
    if (items.length >= question.k) filledByName = { source, items };
  }
  return filledByName;
};
