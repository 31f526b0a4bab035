import { createPostgresStore } from '../../src/store/postgres-store.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createPostgresSchema } from '../support/postgres-schema.ts';
import { describeStore } from '../support/store-conformance.ts';

const log = { info() {}, warn() {} };

describeStore('PostgreSQL', async () => {
  const schema = await createPostgresSchema();
  const clock = createFakeClock();
  const stores: Awaited<ReturnType<typeof createPostgresStore>>[] = [];
  const another = async () => {
    const store = await createPostgresStore({ url: schema.url, clock, log });
    stores.push(store);
    return store;
  };
  const store = await another();
  const dispose = async () => {
    for (const one of stores) await one.close();
    await schema.drop();
  };
  return { store, clock, another, dispose };
});
