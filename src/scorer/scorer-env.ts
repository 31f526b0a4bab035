import { z } from 'zod';
import { limits } from '../contract/limits.ts';
import { nameSchema } from '../contract/primitives.ts';
import { flag, jsonText, logLevel, parseEnv, urlOf, wholeNumber } from '../runtime/env.ts';
import type { Tuning } from './options.ts';

/** The environment of a scorer process; docs/configuration.md lists it. */
const schema = z.object({
  /** Where RabbitMQ is. */
  MEDLEY_AMQP_URL: urlOf('amqp:', 'amqps:'),
  /** Before every name on the broker. */
  MEDLEY_PREFIX: z.string().max(63).default('medley'),
  /** Generation of the queues to read. */
  MEDLEY_GENERATION: wholeNumber(0, 1_000_000).default(0),
  /** Name of this process in partials and logs; absent: the host name, which is the pod's on a cluster. */
  MEDLEY_PROCESS: z.string().max(limits.idLength).optional(),
  HOSTNAME: z.string().max(limits.idLength).optional(),
  /** Requests scored side by side. */
  MEDLEY_CONCURRENCY: wholeNumber(1, 256).default(1),
  /** A request not finished this long after it was begun is failed, and its thread replaced, ms. */
  MEDLEY_SERVICE_LIMIT_MS: wholeNumber(100, 3_600_000).default(60_000),
  /** Messages taken ahead by lane; absent: by the measured service time. */
  MEDLEY_PREFETCH_INTERACTIVE: wholeNumber(1, 65_535).optional(),
  MEDLEY_PREFETCH_DURABLE: wholeNumber(1, 65_535).optional(),
  /** The gateway's internal address, where models are; needed by scorers that need models. */
  MEDLEY_MODELS_URL: urlOf('http:', 'https:').optional(),
  /** Between two looks for newer models, ms. */
  MEDLEY_MODELS_POLL_MS: wholeNumber(100, 86_400_000).default(5_000),
  /** Settings of the scorer: a JSON object of texts. */
  MEDLEY_SETTINGS: jsonText(z.record(z.string(), z.string(), { error: 'must be an object of texts' })).default({}),
  /** Whether it declares exchanges and its queues; `false` where the operator does. */
  MEDLEY_DECLARE: flag.default(true),
  /** Port of /healthz, /readyz and /metrics; 0 takes a free one; absent: none is opened. */
  MEDLEY_OPS_PORT: wholeNumber(0, 65_535).optional(),
  /** How long a stop may finish what is held, ms. */
  MEDLEY_DRAIN_MS: wholeNumber(0, 600_000).default(20_000),
  LOG_LEVEL: logLevel.default('info'),
});

export interface ScorerEnv {
  amqpUrl: string;
  prefix: string;
  generation: number;
  process: string;
  concurrency: number;
  modelsUrl: string | null;
  settings: Readonly<Record<string, string>>;
  declare: boolean;
  opsPort: number | null;
  tuning: Pick<Tuning, 'pollMs' | 'drainMs' | 'serviceLimitMs' | 'prefetch'>;
  logLevel: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const toTuning = (parsed: z.output<typeof schema>): ScorerEnv['tuning'] => ({
  pollMs: parsed.MEDLEY_MODELS_POLL_MS,
  drainMs: parsed.MEDLEY_DRAIN_MS,
  serviceLimitMs: parsed.MEDLEY_SERVICE_LIMIT_MS,
  prefetch: {
    interactive: parsed.MEDLEY_PREFETCH_INTERACTIVE ?? 'auto',
    durable: parsed.MEDLEY_PREFETCH_DURABLE ?? 'auto',
  },
});

const toEnv = (parsed: z.output<typeof schema>, fallbackProcess: string): ScorerEnv =>
  Object.freeze({
    amqpUrl: parsed.MEDLEY_AMQP_URL,
    prefix: parsed.MEDLEY_PREFIX,
    generation: parsed.MEDLEY_GENERATION,
    process: parsed.MEDLEY_PROCESS ?? parsed.HOSTNAME ?? fallbackProcess,
    concurrency: parsed.MEDLEY_CONCURRENCY,
    modelsUrl: parsed.MEDLEY_MODELS_URL ?? null,
    settings: parsed.MEDLEY_SETTINGS,
    declare: parsed.MEDLEY_DECLARE,
    opsPort: parsed.MEDLEY_OPS_PORT ?? null,
    tuning: toTuning(parsed),
    logLevel: parsed.LOG_LEVEL,
  });

/** @throws InvalidInputError naming every fault */
export const parseScorerEnv = (env: Env, fallbackProcess: string): ScorerEnv =>
  toEnv(parseEnv(schema, env), fallbackProcess);

/** That of a shipped criterion as well. */
export const shippedScorerEnvSchema = schema.extend({
  MEDLEY_CRITERION: nameSchema,
  /** The shipped criterion that does the judging; absent: the one named like the criterion. */
  MEDLEY_IMPLEMENTATION: nameSchema.optional(),
});

/**
 * As `parseScorerEnv`, and which shipped criterion runs.
 *
 * @throws InvalidInputError naming every fault
 */
export const parseShippedEnv = (
  env: Env,
  pid: number,
): { env: ScorerEnv; criterion: string; implementation: string } => {
  const parsed = parseEnv(shippedScorerEnvSchema, env);
  const criterion = parsed.MEDLEY_CRITERION;
  const implementation = parsed.MEDLEY_IMPLEMENTATION ?? criterion;
  return { env: toEnv(parsed, `${criterion}-${pid}`), criterion, implementation };
};
