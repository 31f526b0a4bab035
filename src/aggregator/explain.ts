import type { AnswerItem, Reason } from '../contract/answer.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Fused } from './fuse.ts';
import type { Chosen } from './rules.ts';

/** What an explanation needs of a partial besides its list, in the order of the fused lists. */
export interface Evidence {
  partial: Pick<ScorerPartial, 'because' | 'labels' | 'reason'>;
  /** Set where a late partial of an earlier request stands in: its age, ms. */
  lateAgeMs?: number;
}

interface Part {
  list: number;
  position: number;
  /** Above what an item counts that is not listed. */
  value: number;
}

/** For each chosen item the parts it is made of. One pass over the lists, whatever k is. */
const partsOf = (fused: Fused, chosen: readonly Chosen[]): Part[][] => {
  const placeOf = new Int32Array(fused.ids.length).fill(-1);
  for (const [place, { slot }] of chosen.entries()) if (slot >= 0) placeOf[slot] = place;
  const parts: Part[][] = chosen.map(() => []);
  for (const [list, { slots, parts: values, missing }] of fused.lists.entries()) {
    for (let position = 0; position < slots.length; position += 1) {
      const slot = slots[position] as number;
      const place = slot < 0 ? -1 : (placeOf[slot] as number);
      if (place >= 0) parts[place]?.push({ list, position, value: (values[position] as number) - missing });
    }
  }
  return parts;
};

const decimals = 1e4;

/**
 * Fractions that add up to 1, rounded to four digits (the largest takes what rounding leaves). `max`: the part that
 * won. Where every part is 0: by weight.
 */
const fractionsOf = (fused: Fused, parts: readonly Part[]): number[] => {
  if (parts.length === 0) return [];
  const values = parts.map(({ value }) => Math.max(0, value));
  const winner = values.indexOf(Math.max(...values));
  if (fused.fusion.kind === 'max') return values.map((_, at) => (at === winner ? 1 : 0));
  const total = values.reduce((sum, value) => sum + value, 0);
  const basis = total > 0 ? values : parts.map(({ list }) => fused.lists[list]?.source.weight ?? 0);
  const sum = basis.reduce((all, value) => all + value, 0);
  const fractions = basis.map((value) => Math.round((value / sum) * decimals) / decimals);
  const rest = fractions.reduce((all, value, at) => (at === winner ? all : all + value), 0);
  fractions[winner] = Math.round((1 - rest) * decimals) / decimals;
  return fractions;
};

const textOf = ({ partial }: Evidence, position: number): string | null => {
  const { reason, because, labels } = partial;
  if (reason === undefined) return null;
  if (!reason.includes('{}')) return reason;
  const label = labels?.[because?.[position] ?? -1];
  return label === undefined ? null : reason.replace('{}', () => label);
};

const reasonOf = (criterion: string, text: string, lateAgeMs: number | undefined): Reason =>
  lateAgeMs === undefined ? { criterion, text } : { criterion, text, lateAgeMs: Math.round(lateAgeMs) };

/** The reasons of the parts in their order; where no scorer gave one, at least which criterion chose the item. */
const reasonsOf = (fused: Fused, evidence: readonly Evidence[], parts: readonly Part[]): Reason[] => {
  const reasons: Reason[] = [];
  for (const { list, position } of parts) {
    const told = evidence[list];
    const text = told === undefined ? null : textOf(told, position);
    if (text !== null) reasons.push(reasonOf(fused.lists[list]?.source.criterion ?? '', text, told?.lateAgeMs));
  }
  const first = parts[0];
  if (reasons.length > 0 || first === undefined) return reasons;
  const criterion = fused.lists[first.list]?.source.criterion ?? '';
  return [reasonOf(criterion, `chosen by ${criterion}`, evidence[first.list]?.lateAgeMs)];
};

/**
 * Says of each chosen item how much each criterion added and why, best share first: `shares` are fractions that add up
 * to 1, for an absolute sum the parts themselves.
 */
export const explainItems = (
  fused: Fused,
  chosen: readonly Chosen[],
  evidence: readonly Evidence[],
): readonly Pick<AnswerItem, 'shares' | 'reasons'>[] =>
  partsOf(fused, chosen).map((parts) => {
    const isAbsolute = fused.fusion.kind === 'sum';
    const told = isAbsolute ? parts.map(({ value }) => value) : fractionsOf(fused, parts);
    const ordered = parts.map((part, at) => ({ part, told: told[at] ?? 0 })).sort((a, b) => b.told - a.told);
    const shares: Record<string, number> = {};
    for (const one of ordered) shares[fused.lists[one.part.list]?.source.criterion ?? ''] = one.told;
    const counting = ordered.filter((one) => isAbsolute || one.told > 0).map(({ part }) => part);
    return { shares, reasons: reasonsOf(fused, evidence, counting) };
  });
