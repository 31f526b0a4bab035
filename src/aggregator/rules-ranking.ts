export interface Ranking extends Iterable<number> {
  /** Undefined: there are no more. */
  at(place: number): number | undefined;
}

/**
 * Things in order, worked out only as far as somebody looks: of hundreds of items an answer needs ten.
 *
 * A binary heap, built in one pass; each further place costs the logarithm of what is left. May be walked any number of
 * times, each place is worked out once.
 *
 * @param members In any order; taken over and reordered
 */
export const createRanking = (members: number[], isBefore: (one: number, other: number) => boolean): Ranking => {
  const ranked: number[] = [];
  let size = members.length;

  const sink = (from: number): void => {
    const moved = members[from] as number;
    let index = from;
    for (let child = 2 * index + 1; child < size; child = 2 * index + 1) {
      const right = child + 1;
      if (right < size && isBefore(members[right] as number, members[child] as number)) child = right;
      if (!isBefore(members[child] as number, moved)) break;
      members[index] = members[child] as number;
      index = child;
    }
    members[index] = moved;
  };
  const take = (): void => {
    const first = members[0] as number;
    size -= 1;
    members[0] = members[size] as number;
    if (size > 0) sink(0);
    ranked.push(first);
  };
  const at = (place: number): number | undefined => {
    while (ranked.length <= place && size > 0) take();
    return ranked[place];
  };

  for (let index = (size >> 1) - 1; index >= 0; index -= 1) sink(index);
  return {
    at,
    *[Symbol.iterator]() {
      let slot = at(0);
      for (let place = 1; slot !== undefined; place += 1) {
        yield slot;
        slot = at(place);
      }
    },
  };
};
