import { z } from 'zod';
import { limits } from '../contract/limits.ts';
import { nameSchema } from '../contract/primitives.ts';
import { flag, logLevel, parseEnv, urlOf, wholeNumber } from '../runtime/env.ts';

/** The environment of an operator process; docs/configuration.md lists it. */
export const operatorEnvSchema = z.object({
  /** Where RabbitMQ is: plans and the size of the fleet are published there. */
  MEDLEY_AMQP_URL: urlOf('amqp:', 'amqps:'),
  /** Its management API; absent: scorers declare their own queues. */
  MEDLEY_MANAGEMENT_URL: urlOf('http:', 'https:').optional(),
  /** Whether it makes an account on the broker for each process; `false`: all use MEDLEY_SCORER_AMQP_URL. */
  MEDLEY_PROVISION_USERS: flag.default(true),
  /** The address scorers are given; absent: that of MEDLEY_AMQP_URL. */
  MEDLEY_SCORER_AMQP_URL: urlOf('amqp:', 'amqps:').optional(),
  /** Before every name on the broker. */
  MEDLEY_PREFIX: z.string().max(63).default('medley'),
  /** Medley's own image, for Scorers that name none. */
  MEDLEY_IMAGE: z.string().min(1).max(512),
  MEDLEY_IMAGE_PULL_POLICY: z
    .enum(['Always', 'IfNotPresent', 'Never'], { error: 'must be Always, IfNotPresent or Never' })
    .default('IfNotPresent'),
  /** The gateway's internal address, where scorers get their models; absent: they get none. */
  MEDLEY_MODELS_URL: urlOf('http:', 'https:').optional(),
  /** Where Prometheus answers queries, for mode `keda`. */
  MEDLEY_PROMETHEUS_URL: urlOf('http:', 'https:').optional(),
  /** Nodes of the broker's cluster: nothing is declared before all of them run once. */
  MEDLEY_BROKER_NODES: wholeNumber(1, 9).default(1),
  /** The release, for labels. */
  MEDLEY_INSTANCE: nameSchema.default('medley'),
  /** Where `/healthz`, `/readyz` and `/metrics` are; absent: nowhere. */
  MEDLEY_OPS_PORT: wholeNumber(0, 65_535).optional(),
  /** Everything is listed and looked at anew this often, ms. */
  MEDLEY_RESYNC_MS: wholeNumber(1_000, 86_400_000).default(300_000),
  /** How long a scorer that is told to stop may finish what it holds, ms. */
  MEDLEY_DRAIN_MS: wholeNumber(0, 600_000).default(20_000),
  /** The namespace it works in; absent: that of its service account or of KUBECONFIG's context. */
  POD_NAMESPACE: z.string().max(63).optional(),
  /** Its name among operators; absent: the host name with the process id. */
  POD_NAME: z.string().min(1).max(limits.idLength).optional(),
  LOG_LEVEL: logLevel.default('info'),
});

/** What the operator passes on of its own: it has no spans, scorers have. Headers may hold a secret and are not. */
const passedOn = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'] as const;

export interface OperatorEnv {
  amqpUrl: string;
  /** May hold a password. Null: nobody declares for scorers. */
  managementUrl: string | null;
  provisionUsers: boolean;
  scorerAmqpUrl: string;
  prefix: string;
  image: string;
  imagePullPolicy: string;
  modelsUrl: string | null;
  prometheusUrl: string | null;
  brokerNodes: number;
  instance: string;
  opsPort: number | null;
  resyncMs: number;
  scorerDrainMs: number;
  namespace: string | null;
  identity: string;
  logLevel: string;
  /** For scorers, by name of the variable. */
  tracing: Readonly<Record<string, string>>;
}

/** @throws InvalidInputError naming every fault */
export const parseOperatorEnv = (
  env: Readonly<Record<string, string | undefined>>,
  machine: { host: string; pid: number },
): OperatorEnv => {
  const parsed = parseEnv(operatorEnvSchema, env);
  return Object.freeze({
    amqpUrl: parsed.MEDLEY_AMQP_URL,
    managementUrl: parsed.MEDLEY_MANAGEMENT_URL ?? null,
    provisionUsers: parsed.MEDLEY_PROVISION_USERS,
    scorerAmqpUrl: parsed.MEDLEY_SCORER_AMQP_URL ?? parsed.MEDLEY_AMQP_URL,
    prefix: parsed.MEDLEY_PREFIX,
    image: parsed.MEDLEY_IMAGE,
    imagePullPolicy: parsed.MEDLEY_IMAGE_PULL_POLICY,
    modelsUrl: parsed.MEDLEY_MODELS_URL ?? null,
    prometheusUrl: parsed.MEDLEY_PROMETHEUS_URL ?? null,
    brokerNodes: parsed.MEDLEY_BROKER_NODES,
    instance: parsed.MEDLEY_INSTANCE,
    opsPort: parsed.MEDLEY_OPS_PORT ?? null,
    resyncMs: parsed.MEDLEY_RESYNC_MS,
    scorerDrainMs: parsed.MEDLEY_DRAIN_MS,
    namespace: parsed.POD_NAMESPACE ?? null,
    identity: parsed.POD_NAME ?? `${machine.host}-${machine.pid}`,
    logLevel: parsed.LOG_LEVEL,
    tracing: Object.freeze(Object.fromEntries(passedOn.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))),
  });
};
