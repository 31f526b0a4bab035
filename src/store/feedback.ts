import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { eventWeight } from '../contract/item.ts';
import { chunksOf, type Database, padded, type Tables } from './database.ts';
import { collectColumns } from './event-columns.ts';
import { eventPages } from './event-pages.ts';
import { rankByDecayedCount } from './popular-items.ts';
import type { FeedbackStore, StoredEvent } from './port.ts';

type Taste = Tables['tastes'];

/** Rows of one `insert`: small enough that its text is quickly made, large enough that its cost is shared. */
const eventsPerStatement = 250;
/** Statements after which a long `add` lets timers fire, some 10 ms; its transaction stays open meanwhile. */
const statementsPerTurn = 4;

const weightOf = (event: StoredEvent): number => eventWeight({ type: event.type, value: event.value ?? undefined });

/** By bytes, as the database compares ids; JavaScript compares UTF-16 units, which order differently. */
const isLater = (one: Taste, other: Taste): boolean =>
  one.at_ms !== other.at_ms
    ? one.at_ms > other.at_ms
    : Buffer.compare(Buffer.from(one.event_id), Buffer.from(other.event_id)) > 0;

/** The latest event of each user and item; of two at the same moment the one with the greater id. */
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
  return [...latest.values()];
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

const insertUsers = (transaction: Kysely<Tables>, events: readonly StoredEvent[]) =>
  transaction
    .insertInto('users')
    .values(padded([...new Set(events.map((event) => event.user))]).map((id) => ({ id, attributes: '{}' })))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();

const mergeTastes = async (transaction: Kysely<Tables>, tastes: readonly Taste[]): Promise<void> => {
  if (tastes.length === 0) return;
  await transaction
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
};

/** What users did. The hot call is `history`: one range of one covering index. */
export const createFeedbackStore = (database: Database): FeedbackStore => {
  const inCatalogue = async (ids: readonly string[]): Promise<Set<string>> => {
    const rows = await database.read((db) =>
      db.selectFrom('items').select('id').where('id', 'in', padded(ids)).execute(),
    );
    return new Set(rows.map((row) => row.id));
  };

  const count = async (): Promise<number> => {
    const row = await database.read((db) =>
      db
        .selectFrom('feedback')
        .select((row) => row.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow(),
    );
    return Number(row.rows);
  };

  return {
    add: (events) =>
      database.write(async (transaction) => {
        let added = 0;
        for (const [index, chunk] of chunksOf(events, eventsPerStatement).entries()) {
          if (index > 0 && index % statementsPerTurn === 0) await nextTurn();
          await insertUsers(transaction, chunk);
          const fresh = await insertEvents(transaction, chunk);
          await mergeTastes(transaction, latestTastes(fresh));
          added += fresh.length;
        }
        return { added, duplicates: events.length - added };
      }),

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

    columns: async () => collectColumns(eventPages(database), await count()),
    count,

    async popular({ limit, ...decay }) {
      const ranked = await rankByDecayedCount(eventPages(database), decay);
      const best: typeof ranked = [];
      for (const chunk of chunksOf(ranked)) {
        if (best.length >= limit) break;
        const known = await inCatalogue(chunk.map((one) => one.item));
        best.push(...chunk.filter((one) => known.has(one.item)));
      }
      return best.slice(0, limit);
    },
  };
};
