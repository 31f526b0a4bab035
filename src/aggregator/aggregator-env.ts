import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.ts';
import { limits } from '../contract/limits.ts';
import { checkedText, flag, logLevel, parseEnv, urlOf, wholeNumber } from '../runtime/env.ts';
import { storeAddressFault } from '../store/open-store.ts';
import { type AggregatorSettings, defaultSettings } from './settings.ts';

/** The environment of an aggregator process; docs/configuration.md lists it. */
export const aggregatorEnvSchema = z.object({
  /** Where RabbitMQ is. */
  MEDLEY_AMQP_URL: urlOf('amqp:', 'amqps:'),
  /** Before every name on the broker. */
  MEDLEY_PREFIX: z.string().max(63).default('medley'),
  /** A SQLite file, or the postgres:// URL of a database. */
  MEDLEY_STORE: checkedText(storeAddressFault).default('.medley/medley.db'),
  /** A JSON file `{"plans": […]}`: the plans until newer ones are published. */
  MEDLEY_PLANS: z.string().max(4_096).optional(),
  /** Whose results queues it owns; absent: the number at the end of the host name, as a StatefulSet gives it. */
  MEDLEY_ORDINAL: wholeNumber(0, 10_000).optional(),
  /** Name of this process in queue names and logs; absent: the host name with the process id. */
  MEDLEY_PROCESS: z.string().min(1).max(limits.idLength).optional(),
  /** Where `/healthz`, `/readyz` and `/metrics` are; absent: nowhere. */
  MEDLEY_OPS_PORT: wholeNumber(0, 65_535).optional(),
  /** Requests gathered at once. */
  MEDLEY_MAX_OPEN: wholeNumber(1, 100_000).default(defaultSettings.maxOpenGroups),
  /** How long a stop may finish accepted work, ms. */
  MEDLEY_DRAIN_MS: wholeNumber(0, 600_000).default(defaultSettings.drainMs),
  /** Whether it declares the exchanges and queues that all share; `false` where the operator does. */
  MEDLEY_DECLARE: flag.default(true),
  LOG_LEVEL: logLevel.default('info'),
});

export interface AggregatorEnv {
  amqpUrl: string;
  prefix: string;
  /** May hold a password. */
  storeAddress: string;
  /** Null: wait for what is published. */
  plansPath: string | null;
  ordinal: number;
  process: string;
  declare: boolean;
  /** Null: no ops server. */
  opsPort: number | null;
  logLevel: string;
  settings: AggregatorSettings;
}

const ordinalIn = (host: string): number | null => {
  const digits = /-(\d{1,5})$/.exec(host)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** @throws InvalidInputError naming every fault */
export const parseAggregatorEnv = (
  env: Readonly<Record<string, string | undefined>>,
  machine: { host: string; pid: number },
): AggregatorEnv => {
  const parsed = parseEnv(aggregatorEnvSchema, env);
  const ordinal = parsed.MEDLEY_ORDINAL ?? ordinalIn(machine.host);
  if (ordinal === null) {
    throw new InvalidInputError('The environment', ['MEDLEY_ORDINAL is required: the host name ends with no number']);
  }
  return Object.freeze({
    amqpUrl: parsed.MEDLEY_AMQP_URL,
    prefix: parsed.MEDLEY_PREFIX,
    storeAddress: parsed.MEDLEY_STORE,
    plansPath: parsed.MEDLEY_PLANS ?? null,
    ordinal,
    process: parsed.MEDLEY_PROCESS ?? `${machine.host}-${machine.pid}`,
    opsPort: parsed.MEDLEY_OPS_PORT ?? null,
    declare: parsed.MEDLEY_DECLARE,
    logLevel: parsed.LOG_LEVEL,
    settings: { ...defaultSettings, maxOpenGroups: parsed.MEDLEY_MAX_OPEN, drainMs: parsed.MEDLEY_DRAIN_MS },
  });
};
