import type { z } from 'zod';
import { type PlansMessage, plansMessageSchema } from '../contract/control.ts';

const none: PlansMessage = { plans: [], setVersion: 0 };

/** Reads and checks a JSON file; undefined: there is none. `what` is what its errors call it. */
export type ReadJson = <T>(file: { path: string; what: string; schema: z.ZodType<T> }) => Promise<T | undefined>;

/**
 * Reads the boot copy of the plans, a JSON file `{"plans": […], "setVersion": …}`: what a process works by until newer ones are published.
 * A file that is not there holds none: on a cluster it is mounted before the operator has written it.
 *
 * One that can't be read is told and left, since published plans come anyway: a process that ended over a file of another
 * release would end again at every start.
 */
export const readBootPlans = async (
  path: string | null,
  { read, log }: { read: ReadJson; log: { warn(about: object, sentence: string): void } },
): Promise<PlansMessage> => {
  if (path === null) return none;
  try {
    return (await read({ path, what: 'The plans', schema: plansMessageSchema })) ?? none;
  } catch (cause) {
    log.warn({ event: 'boot-plans-unreadable', path, err: cause }, 'published plans are waited for');
    return none;
  }
};
