import type { EventRow } from './event-pages.ts';
import type { EventColumns } from './port.ts';

/** Numbers ids as they first appear. */
const createIdTable = () => {
  const indices = new Map<string, number>();
  return {
    indexOf(id: string): number {
      const known = indices.get(id);
      if (known !== undefined) return known;
      indices.set(id, indices.size);
      return indices.size - 1;
    },
    ids: () => [...indices.keys()],
  };
};

const allocate = (rows: number) => ({
  user: new Int32Array(rows),
  item: new Int32Array(rows),
  weight: new Float32Array(rows),
  atMs: new Float64Array(rows),
});
type Columns = ReturnType<typeof allocate>;

const enlarge = (columns: Columns, rows: number): Columns => {
  const larger = allocate(rows);
  larger.user.set(columns.user);
  larger.item.set(columns.item);
  larger.weight.set(columns.weight);
  larger.atMs.set(columns.atMs);
  return larger;
};

/**
 * Turns pages of events into columns: 20 bytes an event and one string for each user and item.
 *
 * @param expectedRows what to allocate at first; more may come
 */
export const collectColumns = async (
  pages: AsyncIterable<readonly EventRow[]>,
  expectedRows: number,
): Promise<EventColumns> => {
  const users = createIdTable();
  const items = createIdTable();
  let columns = allocate(expectedRows);
  let length = 0;
  for await (const page of pages) {
    const needed = length + page.length;
    if (needed > columns.user.length) columns = enlarge(columns, Math.max(needed, 2 * length));
    for (const row of page) {
      columns.user[length] = users.indexOf(row.user_id);
      columns.item[length] = items.indexOf(row.item_id);
      columns.weight[length] = row.weight;
      columns.atMs[length] = row.at_ms;
      length += 1;
    }
  }
  return {
    users: users.ids(),
    items: items.ids(),
    user: columns.user.subarray(0, length),
    item: columns.item.subarray(0, length),
    weight: columns.weight.subarray(0, length),
    atMs: columns.atMs.subarray(0, length),
  };
};
