/**
 * Things in order, worked out only as far as somebody looks: of hundreds of items an answer needs ten.
 *
 * A binary heap, built in one pass; each further place costs the logarithm of what is left. May be walked any number of
 * times, each place is worked out once.
 *
 * @param members In any order; taken over and reordered
 */
export const createRanking = (
  members: number[],
  isBefore: (one: number, other: number) => boolean,
): Iterable<number> => {
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
  const take = (): number => {
    const first = members[0] as number;
    size -= 1;
    members[0] = members[size] as number;
    if (size > 0) sink(0);
    ranked.push(first);
    return first;
  };

  for (let index = (size >> 1) - 1; index >= 0; index -= 1) sink(index);
  return {
    *[Symbol.iterator]() {
      for (let place = 0; place < ranked.length || size > 0; place += 1) {
        yield place < ranked.length ? (ranked[place] as number) : take();
      }
    },
  };
};
