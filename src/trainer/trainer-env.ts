import { z } from 'zod';
import { checkedText, logLevel, parseEnv, wholeNumber } from '../runtime/env.ts';
import { storeAddressFault } from '../store/open-store.ts';

/** The environment of a trainer process; docs/configuration.md lists it. */
export const trainerEnvSchema = z.object({
  /** A SQLite file, or the postgres:// URL of a database. */
  MEDLEY_STORE: checkedText(storeAddressFault),
  /** A JSON file `{"scorers": […]}`, as the operator keeps it: which models are wanted. */
  MEDLEY_SCORERS: z.string().min(1).max(4_096).default('/etc/medley/plans/scorers.json'),
  /** Models fitted side by side; absent: two, or one on a machine of one core. */
  MEDLEY_FIT_THREADS: wholeNumber(1, 64).optional(),
  LOG_LEVEL: logLevel.default('info'),
});

export interface TrainerEnv {
  /** May hold a password. */
  storeAddress: string;
  scorersPath: string;
  /** Null: as the machine allows. */
  threads: number | null;
  logLevel: string;
}

/** @throws InvalidInputError naming every fault */
export const parseTrainerEnv = (env: Readonly<Record<string, string | undefined>>): TrainerEnv => {
  const parsed = parseEnv(trainerEnvSchema, env);
  return Object.freeze({
    storeAddress: parsed.MEDLEY_STORE,
    scorersPath: parsed.MEDLEY_SCORERS,
    threads: parsed.MEDLEY_FIT_THREADS ?? null,
    logLevel: parsed.LOG_LEVEL,
  });
};
