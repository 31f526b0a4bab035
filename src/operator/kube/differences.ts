/**
 * Where a live object does not have what is wanted of it, as `path=value` lines; what it has besides is its own.
 *
 * Lists whose elements have a name are compared by name, as server-side apply merges them; others element by element.
 */
export const differences = (wanted: unknown, live: unknown, path = ''): string[] => {
  if (Array.isArray(wanted)) return listDifferences(wanted, live, path);
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof live !== 'object' || live === null) return isEmpty(wanted) ? [] : [line(path, live)];
    return Object.entries(wanted).flatMap(([key, value]) =>
      value === undefined ? [] : differences(value, (live as Record<string, unknown>)[key], `${path}/${key}`),
    );
  }
  return wanted === live ? [] : [line(path, live)];
};

const line = (path: string, live: unknown): string => `${path}=${JSON.stringify(live)}`;

/** The API leaves empty objects and lists away. */
const isEmpty = (value: object): boolean => Object.values(value).every((one) => one === undefined);

const nameOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? (value as { name?: unknown }).name : undefined;

const listDifferences = (wanted: readonly unknown[], live: unknown, path: string): string[] => {
  if (wanted.length === 0 && live === undefined) return [];
  if (!Array.isArray(live)) return [line(path, live)];
  const named = wanted.length > 0 && wanted.every((one) => nameOf(one) !== undefined);
  if (!named && wanted.length !== live.length) return [line(path, live)];
  return wanted.flatMap((one, at) => {
    const other: unknown = named ? live.find((candidate) => nameOf(candidate) === nameOf(one)) : live[at];
    return differences(one, other, `${path}/${named ? String(nameOf(one)) : at}`);
  });
};
