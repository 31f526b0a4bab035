import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { answerFor, watch } from './store-fixtures.ts';

/** A process of its own on a shared file: store-writer.ts FILE NAME. Writes events, races for answers, prints the counts. */
const [path = '', name = ''] = process.argv.slice(2);
const silent = { info() {}, warn() {} };
const store = await createSqliteStore({ path, clock: { nowMs: () => Date.now() }, log: silent });
let added = 0;
let wins = 0;
for (let round = 0; round < 20; round += 1) {
  const events = Array.from({ length: 100 }, (_, n) => watch(name, `${round}-${n}`, n));
  added += (await store.feedback.add(events)).added;
  const id = round.toString(16).padStart(32, '0');
  if (await store.answers.complete(id, answerFor(id, 'u'))) wins += 1;
}
await store.close();
process.stdout.write(JSON.stringify({ added, wins }));
