import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { eventWeight } from '../contract/item.ts';
import { chunksOf, type Database, padded, type Tables } from './database.ts';
import { collectColumns } from './event-columns.ts';
import { eventPages } from './event-pages.ts';
import type { FeedbackStore, StoredEvent } from './port.ts';

type Taste = Tables['tastes'];

/** Rows of one `insert`: small enough that its text is quickly made, large enough that its cost is shared. */
const eventsPerStatement = 250;
/** Statements after which a long `add` lets timers fire, some 10 ms; its transaction stays open meanwhile. */
const statementsPerTurn = 12;

const weightOf = (event: StoredEvent): number => eventWeight({ type: event.type, value: event.value ?? undefined });

/** By bytes, as the database compares ids; JavaScript compares UTF-16 units, which order differently. */
const isLater = (one: Taste, other: Taste): boolean =>
  one.at_ms !== other.at_ms
    ? one.at_ms > other.at_ms
    : Buffer.compare(Buffer.from(one.event_id), Buffer.from(other.event_id)) > 0;

const byKey = (one: Taste, other: Taste): number => {
  const [user, otherUser] = [one.user_id, other.user_id];
  if (user === otherUser) return one.item_id < other.item_id ? -1 : 1;
  return user < otherUser ? -1 : 1;
};

/** The latest event of each user and item, by user and item; of two at the same moment the one with the greater id. */
const latestTastes = (events: readonly StoredEvent[]): Taste[] => {
  const latest = new Map<string, Taste>();
  for (const event of events) {
    if (event.type === 'impression') continue;
    const { id, user, item, atMs } = event;
    const taste = { user_id: user, item_id: item, at_ms: atMs, weight: weightOf(event), event_id: id };
    const key = `${user}\n${item}`;
    const other = latest.get(key);
    if (other === undefined || isLater(taste, other)) latest.set(key, taste);
  }
  return [...latest.values()].sort(byKey);
};

const insertEvents = async (transaction: Kysely<Tables>, events: readonly StoredEvent[]): Promise<StoredEvent[]> => {
  const rows = events.map((event) => ({
    id: event.id,
    user_id: event.user,
    item_id: event.item,
    type: event.type,
    value: event.value,
    weight: weightOf(event),
    at_ms: event.atMs,
  }));
  const inserted = await transaction
    .insertInto('feedback')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute();
  const added = new Set(inserted.map((row) => row.id));
  // `delete` also tells the first of two with one id from the second.
  return events.filter((event) => added.delete(event.id));
};

const usersOf = (events: readonly StoredEvent[]): string[] => [...new Set(events.map((event) => event.user))].sort();

const insertUsers = (transaction: Kysely<Tables>, ids: readonly string[]) =>
  transaction
    .insertInto('users')
    .values(padded(ids).map((id) => ({ id, attributes: '{}' })))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();

const mergeTastes = (transaction: Kysely<Tables>, tastes: readonly Taste[]) =>
  transaction
    .insertInto('tastes')
    .values(tastes)
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'item_id'])
        .doUpdateSet((row) => ({
          at_ms: row.ref('excluded.at_ms'),
          weight: row.ref('excluded.weight'),
          event_id: row.ref('excluded.event_id'),
        }))
        .where(sql<boolean>`(excluded.at_ms, excluded.event_id) > (tastes.at_ms, tastes.event_id)`),
    )
    .execute();

/** Runs a statement for each chunk and now and then lets others work. */
const createSteps = () => {
  let statements = 0;
  return async <T, R>(all: readonly T[], statement: (chunk: readonly T[]) => Promise<R>): Promise<R[]> => {
    const results: R[] = [];
    for (const chunk of chunksOf(all, eventsPerStatement)) {
      statements += 1;
      if (statements % statementsPerTurn === 0) await nextTurn();
      results.push(await statement(chunk));
    }
    return results;
  };
};

/** What users did. The hot call is `history`: one range of one covering index. */
export const createFeedbackStore = (database: Database, popular: FeedbackStore['popular']): FeedbackStore => {
  const countIn = async (db: Kysely<Tables>): Promise<number> => {
    const row = await db
      .selectFrom('feedback')
      .select((select) => select.fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    return Number(row.rows);
  };

  return {
    popular,

    add: (events) =>
      database.write(
        async (transaction) => {
          const step = createSteps();
          await step(usersOf(events), (ids) => insertUsers(transaction, ids));
          const fresh = (await step(events, (chunk) => insertEvents(transaction, chunk))).flat();
          await step(latestTastes(fresh), (tastes) => mergeTastes(transaction, tastes));
          return { added: fresh.length, duplicates: events.length - fresh.length };
        },
        { of: 'users', shared: true },
      ),

    async history(user, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('tastes')
          .select(['item_id', 'weight', 'at_ms'])
          .where('user_id', '=', user)
          .orderBy('at_ms', 'desc')
          .orderBy('item_id')
          .limit(limit)
          .execute(),
      );
      return {
        items: rows.map((row) => row.item_id),
        weights: rows.map((row) => row.weight),
        atMs: rows.map((row) => row.at_ms),
      };
    },

    columns: () => database.snapshot(async (db) => collectColumns(eventPages(db), await countIn(db))),
    count: () => database.read(countIn),
  };
};
