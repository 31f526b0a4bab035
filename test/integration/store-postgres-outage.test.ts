import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import { type Store, StoreUnavailableError } from '../../src/store/port.ts';
import { openPostgres, type PostgresOptions } from '../../src/store/postgres-database.ts';
import { createPostgresStore } from '../../src/store/postgres-store.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { type PostgresCluster, startPostgresCluster } from '../support/postgres-cluster.ts';
import { runSql } from '../support/postgres-schema.ts';
import { answerFor, watch } from '../support/store-fixtures.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

jest.setTimeout(60_000);

let cluster: PostgresCluster;
beforeAll(async () => {
  cluster = await startPostgresCluster();
});
afterAll(() => cluster.stop());

describe('a PostgreSQL that fails', () => {
  let proxy: TcpProxy;
  let told: unknown[];
  let stores: Store[];

  const open = async (more: Partial<PostgresOptions> = {}): Promise<Store> => {
    const note = (...line: unknown[]) => void told.push(line);
    const log = { info: note, warn: note };
    const store = await createPostgresStore({ url: cluster.url, clock: createFakeClock(), log, attempts: 1, ...more });
    stores.push(store);
    return store;
  };
  /** Every outcome that is neither a result nor the error of the port. */
  const strangers = (outcomes: readonly PromiseSettledResult<unknown>[]): unknown[] =>
    outcomes.flatMap((one) =>
      one.status === 'rejected' && !(one.reason instanceof StoreUnavailableError) ? [one.reason] : [],
    );

  beforeEach(async () => {
    told = [];
    stores = [];
    proxy = await startTcpProxy(cluster.url);
  });
  afterEach(async () => {
    await proxy.close();
    for (const store of stores) await store.close();
    await runSql(cluster.url, 'drop schema public cascade; create schema public');
  });

  it('and is restarted under load refuses calls as unavailable, heals, and has lost nothing it acknowledged', async () => {
    const store = await open();
    let sent = 0;
    let acknowledged = 0;
    let down = false;
    const outcomes: PromiseSettledResult<unknown>[] = [];
    const work = async (): Promise<void> => {
      while (!down || outcomes.at(-1)?.status === 'rejected') {
        sent += 1;
        const [added, read] = await Promise.allSettled([
          store.feedback.add([watch(`u${sent}`, 'i', sent)]),
          store.feedback.history('u1', 5),
        ]);
        if (added.status === 'fulfilled') acknowledged += 1;
        outcomes.push(read, added);
        await pause(2);
      }
    };
    const working = Promise.all([work(), work(), work(), work()]);
    await pause(200);
    await cluster.restart();
    down = true;
    await working;
    expect(strangers(outcomes)).toEqual([]);
    expect(outcomes.filter((one) => one.status === 'rejected').length).toBeGreaterThan(0);
    // One that failed may have been kept all the same: its end was not heard.
    const kept = await store.feedback.count();
    expect(kept).toBeGreaterThanOrEqual(acknowledged);
    expect(kept).toBeLessThanOrEqual(sent);
    expect(acknowledged).toBeGreaterThan(0);
  });

  it('and says nothing is given up by the clock, and its connection never used again', async () => {
    const limits = { poolSize: 1, statementTimeoutMs: 300, connectTimeoutMs: 500 };
    const log = { info() {}, warn() {} };
    const database = await openPostgres({ url: proxy.through(cluster.url), log, attempts: 1, ...limits });
    const backend = () => database.read((db) => sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db));
    const before = (await backend()).rows[0]?.pid;
    proxy.stall();
    const outcomes = await Promise.allSettled([backend(), database.write(async () => 'never begun')]);
    expect(strangers(outcomes)).toEqual([]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    proxy.resume();
    const after = (await backend()).rows[0]?.pid;
    expect(after).not.toBe(before);
    await database.close();
  });

  it('and cuts every connection is called anew; one cut in the middle of a transaction takes all of it back', async () => {
    const store = await open({ url: proxy.through(cluster.url) });
    const adding = store.feedback.add(Array.from({ length: 20_000 }, (_, n) => watch(`u${n}`, 'i', n)));
    const refused = expect(adding).rejects.toThrow(StoreUnavailableError);
    while (proxy.connections() < 1) await pause(1);
    await pause(60);
    proxy.cut();
    await refused;
    expect(await store.feedback.count()).toBe(0);
    expect(await store.users.count()).toBe(0);
  });

  it('and lets a statement wait too long ends it, and the connection serves the next', async () => {
    const store = await open({ poolSize: 1, statementTimeoutMs: 200 });
    const id = 'b'.repeat(32);
    await store.answers.accept({ id, user: '1', bodyHash: 'h', acceptedAtMs: 1, deadlineAtMs: 2e12 });
    const held = runSql(cluster.url, `begin; update answers set failure = ''; select pg_sleep(0.8); rollback`);
    await pause(150);
    await expect(store.answers.complete(id, answerFor(id, '1'))).rejects.toThrow(
      /does not answer: .*statement timeout/,
    );
    expect((await store.answers.get(id, 2))?.state).toBe('pending');
    await held;
    expect(await store.answers.complete(id, answerFor(id, '1'))).toBe(true);
  });

  it('and has no connection left makes a caller wait no longer than told', async () => {
    const store = await open({ poolSize: 1, connectTimeoutMs: 200 });
    const id = 'c'.repeat(32);
    await store.answers.accept({ id, user: '1', bodyHash: 'h', acceptedAtMs: 1, deadlineAtMs: 2e12 });
    const held = runSql(cluster.url, `begin; update answers set failure = ''; select pg_sleep(0.8); rollback`);
    await pause(150);
    const completing = store.answers.complete(id, answerFor(id, '1'));
    await expect(store.users.count()).rejects.toThrow(StoreUnavailableError);
    await held;
    expect(await completing).toBe(true);
    expect(await store.users.count()).toBe(0);
  });

  it('and comes up last is waited for', async () => {
    proxy.refuse();
    const pauses: number[] = [];
    const wait = async (ms: number) => {
      pauses.push(ms);
      if (pauses.length === 3) proxy.accept();
    };
    await (await open({ url: proxy.through(cluster.url), attempts: 5, pause: wait })).users.count();
    expect(pauses).toEqual([2_000, 2_000, 2_000]);
    proxy.refuse();
    await expect(open({ url: proxy.through(cluster.url), attempts: 2, pause: async () => {} })).rejects.toThrow(
      StoreUnavailableError,
    );
  });

  it('never has its password told, in no error and no line of the log', async () => {
    const secret = (url: string, path?: string): string => {
      const moved = new URL(url);
      moved.password = 'pass-word-123';
      if (path !== undefined) moved.pathname = path;
      return moved.href;
    };
    const failures: unknown[] = [];
    const failing = (call: Promise<unknown>) => call.catch((error: unknown) => failures.push(error));
    const store = await open({ url: secret(proxy.through(cluster.url)) });
    await store.users.count();
    proxy.refuse();
    while (told.length < 2) await pause(5);
    await failing(store.users.count());
    await failing(open({ url: secret(proxy.through(cluster.url)), attempts: 2, pause: async () => {} }));
    await failing(open({ url: secret(cluster.url, '/nowhere') }));
    await store.close();
    await failing(store.users.count());
    expect(failures).toHaveLength(4);
    const everything = inspect({ failures, told }, { depth: 30, showHidden: true, getters: true });
    expect(everything).toContain('an idle connection to the store was lost');
    expect(everything).not.toContain('pass-word-123');
  });
});
