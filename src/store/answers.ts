import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import type { AnswerStatus } from '../contract/http.ts';
import type { Database, Tables } from './database.ts';
import type { AnswerStore } from './port.ts';

type Row = Tables['answers'];

const toStatus = (row: Row): AnswerStatus => ({
  id: row.id,
  state: row.state === 'erased' ? 'failed' : row.state,
  acceptedAtMs: row.accepted_at_ms,
  deadlineAtMs: row.deadline_at_ms,
  ...(row.answer === null ? {} : { answer: JSON.parse(row.answer) as Answer }),
  ...(row.failure === null ? {} : { failure: row.failure }),
});

const deadlinePassed = (row: Row): string =>
  `the deadline, ${new Date(row.deadline_at_ms).toISOString()}, passed before there was an answer`;

/**
 * Durable answers. Whoever ends a request first has ended it: every later `complete` or `fail` returns false.
 *
 * A request that was once read as failed because its deadline passed is failed from then on, so that no caller sees a
 * failure turn into an answer. What its user had erased reads as unknown and can't be completed.
 */
export const createAnswerStore = (database: Database, clock: Pick<Clock, 'nowMs'>): AnswerStore => {
  const end = (row: Row): Promise<boolean> =>
    database.write(async (transaction) => {
      const { state, answer, failure, ends_at_ms } = row;
      const result = await transaction
        .insertInto('answers')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet({ state, answer, failure, ends_at_ms })
            .where('answers.state', '=', 'pending'),
        )
        .executeTakeFirstOrThrow();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    });

  const find = (id: string): Promise<Row | undefined> =>
    database.read((db) => db.selectFrom('answers').selectAll().where('id', '=', id).executeTakeFirst());

  const complete = (id: string, answer: Answer): Promise<boolean> => {
    const endsAtMs = clock.nowMs();
    const acceptedAtMs = endsAtMs - answer.timings.totalMs;
    return end({
      id,
      user_id: answer.subject.kind === 'user' ? answer.subject.id : null,
      body_hash: null,
      state: 'answered',
      accepted_at_ms: acceptedAtMs,
      deadline_at_ms: acceptedAtMs + answer.timings.deadlineMs,
      ends_at_ms: endsAtMs,
      answer: JSON.stringify(answer),
      failure: null,
    });
  };

  const fail = (id: string, failure: string): Promise<boolean> => {
    const nowMs = clock.nowMs();
    return end({
      id,
      user_id: null,
      body_hash: null,
      state: 'failed',
      accepted_at_ms: nowMs,
      deadline_at_ms: nowMs,
      ends_at_ms: nowMs,
      answer: null,
      failure,
    });
  };

  return {
    complete,
    fail,

    accept: ({ id, user, bodyHash, acceptedAtMs, deadlineAtMs }) =>
      database.write(async (transaction) => {
        const pending: Row = {
          id,
          user_id: user,
          body_hash: bodyHash,
          state: 'pending',
          accepted_at_ms: acceptedAtMs,
          deadline_at_ms: deadlineAtMs,
          ends_at_ms: deadlineAtMs,
          answer: null,
          failure: null,
        };
        for (;;) {
          await transaction.deleteFrom('answers').where('id', '=', id).where('state', '=', 'erased').execute();
          const result = await transaction
            .insertInto('answers')
            .values(pending)
            .onConflict((conflict) => conflict.column('id').doNothing())
            .executeTakeFirstOrThrow();
          if ((result.numInsertedOrUpdatedRows ?? 0n) > 0n) {
            return { known: false, sameBody: true, status: toStatus(pending) };
          }
          const row = await transaction.selectFrom('answers').selectAll().where('id', '=', id).executeTakeFirst();
          // Another transaction has swept or erased it since.
          if (row === undefined || row.state === 'erased') continue;
          // One that was ended before it was accepted has no hash: nothing contradicts the body.
          return { known: true, sameBody: row.body_hash === null || row.body_hash === bodyHash, status: toStatus(row) };
        }
      }),

    async get(id, nowMs) {
      let row = await find(id);
      if (row?.state === 'pending' && nowMs > row.deadline_at_ms) {
        await end({ ...row, state: 'failed', failure: deadlinePassed(row) });
        row = await find(id);
      }
      return row === undefined || row.state === 'erased' ? null : toStatus(row);
    },

    sweep: (beforeMs) =>
      database.write(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('answers')
          .where('ends_at_ms', '<', beforeMs)
          .executeTakeFirstOrThrow();
        return Number(numDeletedRows);
      }),
  };
};
