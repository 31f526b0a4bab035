import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { openStore, storeAddressFault } from './open-store.ts';

const open = (address: string) =>
  openStore({ address, clock: createFakeClock(), log: { info() {}, warn() {} } }).then((store) => store.close());

test.each([
  ['', 'is empty: give the path of a file or the postgres:// URL of a database'],
  [
    'mysql://me:secret@db/medley',
    'is a URL of mysql: the store takes postgres://USER:PASSWORD@HOST:PORT/DATABASE or the path of a SQLite file',
  ],
  ['postgres://me:secret@db', 'does not name one database: postgres://USER:PASSWORD@HOST:PORT/DATABASE'],
])('the address "%s" is refused with a sentence that repeats no secret', async (address, fault) => {
  expect(storeAddressFault(address)).toBe(fault);
  expect(fault).not.toContain('secret');
  await expect(open(address)).rejects.toThrow(`The store:\n  - its address ${fault}`);
});

test.each([':memory:', 'medley.db', '/var/lib/postgres:5/x.sqlite', 'C:/medley.db', 'postgres://me@db/medley'])(
  'the address %s may be used',
  (address) => expect(storeAddressFault(address)).toBeNull(),
);

test('a path is opened as SQLite, its folder made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'medley-open-'));
  await open(join(folder, 'new', 'medley.db'));
  expect(existsSync(join(folder, 'new', 'medley.db'))).toBe(true);
  rmSync(folder, { recursive: true });
});
