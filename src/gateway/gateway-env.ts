import { z } from 'zod';
import { limits } from '../contract/limits.ts';
import { checkedText, flag, logLevel, parseEnv, urlOf, wholeNumber } from '../runtime/env.ts';
import { storeAddressFault } from '../store/open-store.ts';
import { defaultSettings, type GatewaySettings } from './settings.ts';

/** The environment of a gateway process; docs/configuration.md lists it. */
export const gatewayEnvSchema = z.object({
  /** Where RabbitMQ is. */
  MEDLEY_AMQP_URL: urlOf('amqp:', 'amqps:'),
  /** Before every name on the broker. */
  MEDLEY_PREFIX: z.string().max(63).default('medley'),
  /** A SQLite file, or the postgres:// URL of a database. */
  MEDLEY_STORE: checkedText(storeAddressFault).default('.medley/medley.db'),
  /** A JSON file `{"plans": […]}`: the plans until newer ones are published. */
  MEDLEY_PLANS: z.string().max(4_096).optional(),
  /** Name of this process in queue names and logs; absent: the host name with the process id. */
  MEDLEY_PROCESS: z.string().min(1).max(limits.idLength).optional(),
  /** Where callers reach it; 0 takes a free port. */
  HOST: z.string().max(253).default(defaultSettings.host),
  PORT: wholeNumber(0, 65_535).default(defaultSettings.port),
  /** Models, metrics and health. */
  MEDLEY_OPS_HOST: z.string().max(253).default(defaultSettings.internalHost),
  MEDLEY_OPS_PORT: wholeNumber(0, 65_535).default(defaultSettings.internalPort),
  /** Requests open at once. */
  MEDLEY_MAX_OPEN: wholeNumber(1, 100_000).default(defaultSettings.maxOpen),
  /** How long after the deadline an answer may still arrive before the gateway answers itself, ms. */
  MEDLEY_GRACE_MS: wholeNumber(0, 1_000).default(defaultSettings.graceMs),
  /** How long it serves on when it is told to stop, so that load balancers hear that it is not ready any more, ms. */
  MEDLEY_LEAVE_MS: wholeNumber(0, 60_000).default(500),
  /** How long a stop may finish what is open, ms. */
  MEDLEY_DRAIN_MS: wholeNumber(0, 600_000).default(defaultSettings.drainMs),
  /** Whether it declares the exchanges and queues that all share; `false` where the operator does. */
  MEDLEY_DECLARE: flag.default(true),
  LOG_LEVEL: logLevel.default('info'),
});

export interface GatewayEnv {
  amqpUrl: string;
  prefix: string;
  /** May hold a password. */
  storeAddress: string;
  /** Null: wait for what is published. */
  plansPath: string | null;
  process: string;
  declare: boolean;
  logLevel: string;
  settings: GatewaySettings;
}

/** @throws InvalidInputError naming every fault */
export const parseGatewayEnv = (
  env: Readonly<Record<string, string | undefined>>,
  fallbackProcess: string,
): GatewayEnv => {
  const parsed = parseEnv(gatewayEnvSchema, env);
  return Object.freeze({
    amqpUrl: parsed.MEDLEY_AMQP_URL,
    prefix: parsed.MEDLEY_PREFIX,
    storeAddress: parsed.MEDLEY_STORE,
    plansPath: parsed.MEDLEY_PLANS ?? null,
    process: parsed.MEDLEY_PROCESS ?? fallbackProcess,
    declare: parsed.MEDLEY_DECLARE,
    logLevel: parsed.LOG_LEVEL,
    settings: {
      ...defaultSettings,
      host: parsed.HOST,
      port: parsed.PORT,
      internalHost: parsed.MEDLEY_OPS_HOST,
      internalPort: parsed.MEDLEY_OPS_PORT,
      graceMs: parsed.MEDLEY_GRACE_MS,
      maxOpen: parsed.MEDLEY_MAX_OPEN,
      leaveMs: parsed.MEDLEY_LEAVE_MS,
      drainMs: parsed.MEDLEY_DRAIN_MS,
    },
  });
};
