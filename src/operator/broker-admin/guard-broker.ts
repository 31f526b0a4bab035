import { NotLeadingError } from '../kube/errors.ts';
import type { ManagementClient } from './management-client.ts';

/** The same client, which deletes nothing unless this process leads at that very moment: a sweep takes a while. */
export const guardDeletes = (client: ManagementClient, leading: () => boolean): ManagementClient => ({
  ...client,
  async delete(to, what) {
    if (!leading()) throw new NotLeadingError(`this process does not lead, it leaves ${what}`);
    return client.delete(to, what);
  },
});

/** The same client, which writes nothing unless this process leads: a password that it set would shut out who has the new one. */
export const guardWrites = (client: ManagementClient, leading: () => boolean): ManagementClient => ({
  ...guardDeletes(client, leading),
  async put(to, body, what) {
    if (!leading()) throw new NotLeadingError(`this process does not lead, it leaves ${what}`);
    return client.put(to, body, what);
  },
});
