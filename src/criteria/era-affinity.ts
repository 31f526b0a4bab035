import type { Catalogue } from './catalogue.ts';
import type { KnownProfile } from './profile.ts';

/** Beyond so many times `years` a kernel says nothing more. */
const reach = 3;

/** The years of the catalogue, and how a film of one of them speaks for those around it: a normal curve, in all 1. */
const createKernel = ({ year }: Catalogue, years: number) => {
  const known = year.filter((one) => one > 0);
  const first = known.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
  const last = known.reduce((most, one) => Math.max(most, one), 0);
  const size = known.length === 0 ? 0 : last - first + 1;
  const width = Math.ceil(reach * years);
  const heights = Float64Array.from({ length: width + 1 }, (_, apart) => Math.exp(-((apart / years) ** 2) / 2));
  const heightOf = (from: number, to: number): number => heights[Math.abs(from - to)] as number;
  const around = (one: number): [from: number, to: number] => [
    Math.max(0, one - width),
    Math.min(size - 1, one + width),
  ];
  const wholes = Float64Array.from({ length: size }, (_, one) => {
    const [from, to] = around(one);
    let sum = 0;
    for (let other = from; other <= to; other++) sum += heightOf(one, other);
    return sum;
  });
  return {
    size,
    /** Place of a film's year; below 0: not known. */
    placeOf: (film: number): number => ((year[film] as number) > 0 ? (year[film] as number) - first : -1),
    add(sums: Float64Array, one: number, weight: number): void {
      const [from, to] = around(one);
      const share = weight / (wholes[one] as number);
      for (let other = from; other <= to; other++) sums[other] = (sums[other] as number) + share * heightOf(one, other);
    },
  };
};

/** How much more than is usual somebody watches films of each year. */
export interface EraAffinity {
  /** log(p / q) of a film's year; 0: as usual, or its year is not known. */
  of(film: number): number;
}

/**
 * Reads from profiles which years' films somebody watches more than is usual: log(p / q), below 0 where less.
 *
 * As with genres, p is smoothed by `smoothing` films of usual years; each film also speaks for years around its own, by a
 * normal curve with a deviation of `years`, since nobody likes 1994 and not 1995. What is read holds until the next read.
 */
export const createEraReader = (
  catalogue: Catalogue,
  weightOf: (film: number) => number,
  { years, smoothing }: { years: number; smoothing: number },
): ((profile: KnownProfile) => EraAffinity) => {
  const kernel = createKernel(catalogue, years);
  const usual = new Float64Array(kernel.size);
  let watched = 0;
  for (let film = 0; film < catalogue.size; film++) {
    const place = kernel.placeOf(film);
    if (place < 0) continue;
    kernel.add(usual, place, weightOf(film));
    watched += weightOf(film);
  }
  const sums = new Float64Array(kernel.size);
  const affinity = new Float64Array(kernel.size);
  const of = (film: number): number => {
    const place = kernel.placeOf(film);
    return place < 0 ? 0 : (affinity[place] as number);
  };

  return (profile) => {
    sums.fill(0);
    let total = 0;
    for (let at = 0; at < profile.count; at++) {
      const place = kernel.placeOf(profile.items[at] as number);
      if (place < 0) continue;
      kernel.add(sums, place, profile.weights[at] as number);
      total += profile.weights[at] as number;
    }
    for (let place = 0; place < kernel.size; place++) {
      const q = (usual[place] as number) / watched;
      const p = (Math.max(0, sums[place] as number) + smoothing * q) / (Math.max(0, total) + smoothing);
      affinity[place] = p > 0 && q > 0 ? Math.log(p / q) : 0;
    }
    return { of };
  };
};
