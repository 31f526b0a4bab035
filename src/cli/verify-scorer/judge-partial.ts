import type { Partial as ScorerPartial } from '../../contract/partial-batch.ts';
import { type Lane, subjectKey } from '../../contract/primitives.ts';
import type { ScoringRequest } from '../../contract/request-batch.ts';

/** What is wrong with a partial, given the request it answers. Pure; no fault: an empty list. */

/** One partial with what its message said of all of them. */
export interface Reply {
  partial: ScorerPartial;
  criterion: string;
  lane: Lane;
}

type Echoed = Pick<ScoringRequest, 'id' | 'round' | 'subject' | 'deadlineAtMs'>;

/** Who is meant: an aggregator takes a partial that says otherwise for a foreign one. */
export const echoFaults = (
  request: Echoed,
  { partial, criterion, lane }: Reply,
  expected: { criterion: string; lane: Lane },
): string[] => {
  const fields: readonly [name: string, got: unknown, wanted: unknown][] = [
    ['criterion', criterion, expected.criterion],
    ['lane', lane, expected.lane],
    ['round', partial.round, request.round],
    ['subject', partial.subject, subjectKey(request.subject)],
    ['deadlineAtMs', partial.deadlineAtMs, request.deadlineAtMs],
  ];
  return fields.flatMap(([name, got, wanted]) =>
    got === wanted ? [] : [`${name} is ${JSON.stringify(got)}, the request says ${JSON.stringify(wanted)}`],
  );
};

/** A request that came in time is judged, or abstained from, or failed with a reason. */
export const outcomeFaults = ({ outcome, items, detail }: ScorerPartial): string[] => {
  if (outcome === 'expired') return ['it says expired, and seconds were left'];
  if (outcome === 'failed') return [`it failed: ${detail ?? 'no detail says why'}`];
  if (outcome === 'abstained' && items.length > 0) return [`it abstained, and lists ${items.length} items`];
  return [];
};

const firstRise = (scores: readonly number[]): number =>
  scores.findIndex((score, at) => at > 0 && score > (scores[at - 1] ?? Number.POSITIVE_INFINITY));

/** A list is best first, each item once, and as long as asked for (named candidates: as long as these). */
export const listFaults = (
  request: Pick<ScoringRequest, 'topN' | 'candidates'>,
  { items, scores }: ScorerPartial,
): string[] => {
  const faults: string[] = [];
  const rise = firstRise(scores);
  if (rise > 0) faults.push(`item ${rise} scores ${scores[rise]}, more than the one before it (${scores[rise - 1]})`);
  const twice = items.find((item, at) => items.indexOf(item) !== at);
  if (twice !== undefined) faults.push(`item ${twice} is listed twice`);
  if (request.candidates === undefined && items.length > request.topN)
    faults.push(`${items.length} items are listed, ${request.topN} were asked for`);
  return faults;
};

/** Items that had no business in the list. */
export const strangersIn = ({ items }: ScorerPartial, allowed: (item: string) => boolean): string[] =>
  items.filter((item) => !allowed(item));
