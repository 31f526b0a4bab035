import { criterionOf } from '../../contract/resources.ts';
import type { KubeObject } from '../kube/object.ts';
import { opsPort, type ScorerSettings } from '../settings.ts';
import {
  brokerSecretName,
  childLabels,
  childMetadata,
  childName,
  type ScorerObject,
  selectorLabels,
} from './scorer-object.ts';

/** What a Deployment depends on besides its Scorer. */
export interface DeploymentOptions {
  settings: ScorerSettings;
  /** Generation of the queues it reads. */
  generation: number;
  /** Changes when the address or password of the broker does, so that pods are replaced then. */
  brokerRevision: string;
  /** Whether scorers declare their own queues: only where nobody does it for them. */
  declare: boolean;
  /** Only when it is made; later applies leave the count to whoever scales. */
  replicas?: number;
}

/** Pods of any image run as this user: an image that names none, or names one in words, could not run as non-root. */
const userId = 1_000;
const stopMarginS = 10;

const isOwn = ({ resource }: ScorerObject): boolean => resource.spec.image === undefined;

const drainOf = ({ resource }: ScorerObject, { drainMs }: ScorerSettings): number =>
  Math.min(600_000, Math.max(drainMs, resource.spec.timeoutMs ?? 0));

const env = (scorer: ScorerObject, options: DeploymentOptions): object[] => {
  const { spec } = scorer.resource;
  const { settings } = options;
  const plain: Record<string, string | undefined> = {
    MEDLEY_PREFIX: settings.prefix,
    MEDLEY_CRITERION: criterionOf(scorer.resource),
    MEDLEY_IMPLEMENTATION: spec.implementation,
    MEDLEY_GENERATION: String(options.generation),
    MEDLEY_CONCURRENCY: String(spec.concurrency),
    MEDLEY_SERVICE_LIMIT_MS: spec.timeoutMs === undefined ? undefined : String(spec.timeoutMs),
    MEDLEY_MODELS_URL: settings.modelsUrl ?? undefined,
    MEDLEY_SETTINGS: JSON.stringify(spec.settings),
    MEDLEY_DECLARE: String(options.declare),
    MEDLEY_OPS_PORT: String(opsPort),
    MEDLEY_DRAIN_MS: String(drainOf(scorer, settings)),
    LOG_LEVEL: settings.logLevel,
    ...settings.tracing,
    ...spec.env,
  };
  const address = { secretKeyRef: { name: brokerSecretName(scorer), key: 'url' } };
  return [
    { name: 'MEDLEY_AMQP_URL', valueFrom: address },
    ...Object.entries(plain).flatMap(([name, value]) =>
      value === undefined || name === 'MEDLEY_AMQP_URL' ? [] : [{ name, value }],
    ),
  ];
};

const probe = (path: string, periodSeconds: number, failureThreshold: number): object => ({
  httpGet: { path, port: 'ops' },
  ...{ periodSeconds, failureThreshold, timeoutSeconds: 2 },
});

/** Of Medley's own image, and of others that say they answer: what else another image answers on, nobody knows. */
const probes = (): object => ({
  startupProbe: probe('/healthz', 1, 120),
  livenessProbe: probe('/healthz', 10, 6),
  readinessProbe: probe('/readyz', 2, 3),
});

/** Medley's image runs `node` on what it is given; others know themselves what to run. */
const commandOf = (scorer: ScorerObject): { command?: string[]; args?: string[] } => {
  const { command } = scorer.resource.spec;
  if (command !== undefined) return { command };
  return isOwn(scorer) ? { args: ['cmd/scorer'] } : {};
};

const container = (scorer: ScorerObject, options: DeploymentOptions): object => {
  const { spec } = scorer.resource;
  const { settings } = options;
  const own = isOwn(scorer);
  return {
    name: 'scorer',
    image: spec.image ?? settings.image,
    imagePullPolicy: spec.imagePullPolicy ?? settings.imagePullPolicy,
    ...commandOf(scorer),
    env: env(scorer, options),
    ports: [{ name: 'ops', containerPort: opsPort, protocol: 'TCP' }],
    ...(spec.resources === undefined ? {} : { resources: spec.resources }),
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    },
    // A process that ends says why by its last lines; the Ready condition repeats them.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    ...((spec.probes ?? (own && spec.command === undefined)) ? probes() : {}),
  };
};

const podSpec = (scorer: ScorerObject, options: DeploymentOptions): object => {
  const { spec } = scorer.resource;
  return {
    serviceAccountName: childName(scorer),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: userId, runAsGroup: userId, fsGroup: userId },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    terminationGracePeriodSeconds: Math.ceil(drainOf(scorer, options.settings) / 1_000) + stopMarginS,
    containers: [container(scorer, options)],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '256Mi' } }],
    topologySpreadConstraints: [
      {
        ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
        labelSelector: { matchLabels: selectorLabels(scorer) },
        // Else the pods a rollout replaces would push the new ones together on what is left.
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
    ...(spec.imagePullSecrets === undefined || spec.imagePullSecrets.length === 0
      ? {}
      : { imagePullSecrets: spec.imagePullSecrets.map((name) => ({ name })) }),
    ...(spec.nodeSelector === undefined ? {} : { nodeSelector: spec.nodeSelector }),
    ...(spec.tolerations === undefined ? {} : { tolerations: spec.tolerations }),
  };
};

/** There while the count was given with the rest and has not been handed over to whoever scales. */
export const firstCountAnnotation = 'medley.dev/first-count';

/** The processes of a Scorer. Fits the `restricted` pod security standard, whatever the image. */
export const buildDeployment = (scorer: ScorerObject, options: DeploymentOptions): KubeObject => {
  const { instance } = options.settings;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...childMetadata(scorer, instance),
      ...(options.replicas === undefined ? {} : { annotations: { [firstCountAnnotation]: String(options.replicas) } }),
    },
    spec: {
      ...(options.replicas === undefined ? {} : { replicas: options.replicas }),
      selector: { matchLabels: selectorLabels(scorer) },
      revisionHistoryLimit: 3,
      // A rollout takes nothing away before its replacement is ready.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      template: {
        metadata: {
          labels: childLabels(scorer, instance),
          annotations: {
            ...scorer.resource.spec.podAnnotations,
            'medley.dev/broker-revision': options.brokerRevision,
          },
        },
        spec: podSpec(scorer, options),
      },
    },
  };
};
