import { compareIds } from './catalogue.ts';
import type { TrainingData } from './training-data.ts';

/**
 * Who liked what, once per user and item: his latest event of it that says anything of taste, if that is positive.
 *
 * Items are those of the catalogue that anybody liked, in catalogue order; users those who liked any. Each user's
 * entries are in order of time (then of item): `item[start[u]] … item[start[u + 1] - 1]`.
 */
export interface Interactions {
  ids: readonly string[];
  users: number;
  start: Int32Array;
  item: Int32Array;
  weight: Float32Array;
  atMs: Float64Array;
}

/** Positions of the events grouped by user, each user's in the order of the columns. */
const groupByUser = (user: Int32Array, users: number) => {
  const start = new Int32Array(users + 1);
  for (const one of user) start[one + 1] = (start[one + 1] as number) + 1;
  for (let u = 0; u < users; u++) start[u + 1] = (start[u + 1] as number) + (start[u] as number);
  const next = start.slice();
  const order = new Int32Array(user.length);
  for (let event = 0; event < user.length; event++) {
    const u = user[event] as number;
    order[next[u] as number] = event;
    next[u] = (next[u] as number) + 1;
  }
  return { start, order };
};

/** The latest event with a taste of each item among one user's events; on equal moments the later in the columns. */
const latestByItem = (positions: Int32Array, { item, weight, atMs }: TrainingData['events']): number[] => {
  const latest = new Map<number, number>();
  for (const event of positions) {
    if (weight[event] === 0) continue;
    const known = latest.get(item[event] as number);
    if (known === undefined || (atMs[event] as number) >= (atMs[known] as number)) {
      latest.set(item[event] as number, event);
    }
  }
  return [...latest.values()];
};

/** Place in the catalogue order of every item of the columns; -1: not in the catalogue. */
const orderOfCatalogue = ({ items, events }: TrainingData) => {
  const sorted = items.map((item) => item.id).sort(compareIds);
  const place = new Map(sorted.map((id, position) => [id, position]));
  return { sorted, place: Int32Array.from(events.items, (id) => place.get(id) ?? -1) };
};

export const collectInteractions = (data: TrainingData): Interactions => {
  const { events } = data;
  const { sorted, place } = orderOfCatalogue(data);
  const { start, order } = groupByUser(events.user, events.users.length);
  const kept = new Int32Array(events.user.length);
  const ends: number[] = [0];
  let count = 0;
  for (let u = 0; u < events.users.length; u++) {
    const liked = latestByItem(order.subarray(start[u], start[u + 1]), events)
      .filter((event) => (events.weight[event] as number) > 0 && (place[events.item[event] as number] as number) >= 0)
      .sort(
        (a, b) =>
          (events.atMs[a] as number) - (events.atMs[b] as number) ||
          (place[events.item[a] as number] as number) - (place[events.item[b] as number] as number),
      );
    if (liked.length === 0) continue;
    kept.set(liked, count);
    count += liked.length;
    ends.push(count);
  }
  const positions = kept.subarray(0, count);
  const isLiked = new Uint8Array(sorted.length);
  for (const event of positions) isLiked[place[events.item[event] as number] as number] = 1;
  const ids = sorted.filter((_, position) => isLiked[position] === 1);
  const index = new Int32Array(sorted.length);
  for (let position = 0, next = 0; position < sorted.length; position++)
    if (isLiked[position]) index[position] = next++;
  return {
    ids,
    users: ends.length - 1,
    start: Int32Array.from(ends),
    item: Int32Array.from(positions, (event) => index[place[events.item[event] as number] as number] as number),
    weight: Float32Array.from(positions, (event) => events.weight[event] as number),
    atMs: Float64Array.from(positions, (event) => events.atMs[event] as number),
  };
};

/** The entries the other way round: `user[start[i]] … user[start[i + 1] - 1]` liked item i, in order of the users. */
export interface ByItem {
  start: Int32Array;
  user: Int32Array;
  /** Where each stands among the entries of the users. */
  entry: Int32Array;
}

export const groupByItem = ({ ids, users, start, item }: Interactions): ByItem => {
  const itemStart = new Int32Array(ids.length + 1);
  for (const one of item) itemStart[one + 1] = (itemStart[one + 1] as number) + 1;
  for (let i = 0; i < ids.length; i++) itemStart[i + 1] = (itemStart[i + 1] as number) + (itemStart[i] as number);
  const next = itemStart.slice();
  const byItem = { start: itemStart, user: new Int32Array(item.length), entry: new Int32Array(item.length) };
  for (let user = 0; user < users; user++) {
    for (let entry = start[user] as number; entry < (start[user + 1] as number); entry++) {
      const one = item[entry] as number;
      const at = next[one] as number;
      next[one] = at + 1;
      byItem.user[at] = user;
      byItem.entry[at] = entry;
    }
  }
  return byItem;
};

/** Only the `most` items that most users liked (ties: catalogue order), for methods whose memory grows with the items squared. */
export const keepMostLiked = (interactions: Interactions, most: number): Interactions => {
  const { ids } = interactions;
  if (ids.length <= most) return interactions;
  const { start } = groupByItem(interactions);
  const liked = (item: number): number => (start[item + 1] as number) - (start[item] as number);
  const kept = [...ids.keys()]
    .sort((a, b) => liked(b) - liked(a) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
  const index = new Int32Array(ids.length).fill(-1);
  for (const [position, item] of kept.entries()) index[item] = position;
  const isKept = (entry: number): boolean => (index[interactions.item[entry] as number] as number) >= 0;
  const entries = [...interactions.item.keys()].filter(isKept);
  const starts = new Int32Array(interactions.users + 1);
  for (let user = 0; user < interactions.users; user++) {
    let count = 0;
    for (let entry = interactions.start[user] as number; entry < (interactions.start[user + 1] as number); entry++) {
      if (isKept(entry)) count++;
    }
    starts[user + 1] = (starts[user] as number) + count;
  }
  return {
    ids: kept.map((item) => ids[item] as string),
    users: interactions.users,
    start: starts,
    item: Int32Array.from(entries, (entry) => index[interactions.item[entry] as number] as number),
    weight: Float32Array.from(entries, (entry) => interactions.weight[entry] as number),
    atMs: Float64Array.from(entries, (entry) => interactions.atMs[entry] as number),
  };
};
