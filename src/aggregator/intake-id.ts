import { requestIdSchema } from '../contract/primitives.ts';

/** The request id in an intake message that is otherwise not what it should be; null: not even that can be read. */
export const idInIntake = (body: Buffer): string | null => {
  try {
    const message: unknown = JSON.parse(body.toString('utf8'));
    const id = (message as { ask?: { id?: unknown } } | null)?.ask?.id;
    return requestIdSchema.safeParse(id).data ?? null;
  } catch {
    return null;
  }
};
