import type { Item } from './item.ts';
import type { Filters } from './request-batch.ts';

const shareOne = (one: readonly string[], other: readonly string[]): boolean => one.some((id) => other.includes(id));

const withinYears = ({ yearFrom, yearTo }: Filters, year: number | undefined): boolean => {
  if (yearFrom === undefined && yearTo === undefined) return true;
  return year !== undefined && year >= (yearFrom ?? year) && year <= (yearTo ?? year);
};

/**
 * Whether an item may be recommended under these filters at this moment (Unix ms): every given condition must hold.
 *
 * The licence window is tested with or without filters. What an item does not say (year, maturity) fails the condition
 * that asks for it; no regions means everywhere.
 */
export const passesFilters = (item: Item, filters: Filters | undefined, nowMs: number): boolean => {
  const atMs = filters?.availableAtMs ?? nowMs;
  if (atMs < (item.availableFromMs ?? Number.NEGATIVE_INFINITY)) return false;
  if (atMs >= (item.availableUntilMs ?? Number.POSITIVE_INFINITY)) return false;
  if (filters === undefined) return true;
  const { genres, withoutGenres, maturity, region } = filters;
  if (genres !== undefined && !shareOne(item.genres, genres)) return false;
  if (withoutGenres !== undefined && shareOne(item.genres, withoutGenres)) return false;
  if (maturity !== undefined && (item.maturity === undefined || !maturity.includes(item.maturity))) return false;
  if (region !== undefined && item.regions.length > 0 && !item.regions.includes(region)) return false;
  return withinYears(filters, item.year);
};
