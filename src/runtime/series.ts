/** The series of one metric, by the values of its labels. */
export interface Series<T> {
  of(labels: Readonly<Record<string, string>>): T;
  remove(labels: Readonly<Record<string, string>>): void;
  all(): Iterable<T>;
}

/** Values by the first label, under each those by the second, and so on; at the end the series. */
type Branch = Map<string | undefined, unknown>;

/**
 * Finds a series without building a key of its labels, which prom-client does at each count: under load that cost as much
 * as what was counted. A label that is not given counts as one more value.
 *
 * @param create Makes a series the first time its labels are seen
 * @throws TypeError at the first use of labels that the metric does not have
 */
export const createSeries = <T>(
  names: readonly string[],
  create: (labels: Readonly<Record<string, string>>) => T,
): Series<T> => {
  const root: Branch = new Map();
  const series = new Set<T>();
  /** Under every branch there is one more level, so that a metric without labels is found in the same way. */
  const branchOf = (labels: Readonly<Record<string, string>>): Branch => {
    let branch = root;
    for (const name of names) {
      let next = branch.get(labels[name]) as Branch | undefined;
      if (next === undefined) {
        next = new Map();
        branch.set(labels[name], next);
      }
      branch = next;
    }
    return branch;
  };
  const add = (branch: Branch, labels: Readonly<Record<string, string>>): T => {
    const strange = Object.keys(labels).find((label) => !names.includes(label));
    if (strange !== undefined) throw new TypeError(`no label ${strange}; there are ${names.join(', ')}`);
    const one = create({ ...labels });
    branch.set(undefined, one);
    series.add(one);
    return one;
  };
  return {
    of(labels) {
      const branch = branchOf(labels);
      return (branch.get(undefined) as T | undefined) ?? add(branch, labels);
    },
    remove(labels) {
      const branch = branchOf(labels);
      series.delete(branch.get(undefined) as T);
      branch.delete(undefined);
    },
    all: () => series,
  };
};
