import { z } from 'zod';
import { limits } from './limits.ts';
import { nameSchema } from './primitives.ts';
import { withRules } from './resource-rules.ts';
import { computeResourcesSchema, conditionsSchema, textMap, tolerationSchema } from './resources-kubernetes.ts';

/** What a Scorer says (`spec`), and what the operator says of it (`status`). */

export const autoscalingModeSchema = z.enum(['operator', 'hpa', 'keda', 'observe', 'none']);
export type AutoscalingMode = z.infer<typeof autoscalingModeSchema>;

export const autoscalingSchema = withRules(
  z.strictObject({
    mode: autoscalingModeSchema.default('operator').meta({
      description:
        "Who sets the count of processes: Medley's `operator`; a HorizontalPodAutoscaler (`hpa`) or `keda` on the operator's figures; nobody, but the operator says what it would do (`observe`); nobody (`none`).",
    }),
    minReplicas: z
      .int()
      .min(0)
      .max(1_000)
      .default(1)
      .meta({ description: 'Fewest processes; 0: none while nothing is asked, and the first request wakes it.' }),
    maxReplicas: z.int().min(1).max(1_000).default(10).meta({ description: 'Most processes.' }),
    targetUtilisation: z.number().min(0.1).max(1).default(0.8).meta({
      description: 'Share of the time a process should be at work; what is left is for what comes in bursts.',
    }),
    drainSeconds: z
      .number()
      .min(1)
      .max(3_600)
      .default(10)
      .meta({ description: 'Within how many seconds a backlog should be worked off.' }),
    scaleDownStabilisationSeconds: z
      .int()
      .min(0)
      .max(3_600)
      .default(20)
      .meta({ description: 'Scaled down to the most that was wanted in so many seconds.' }),
    scaleUpStep: z.int().min(1).max(1_000).default(20).meta({ description: 'Most processes added by one decision.' }),
    scaleDownStep: z
      .int()
      .min(1)
      .max(100)
      .default(100)
      .meta({ description: 'Most processes taken away by one decision, in percent of those there are, at least one.' }),
    scaleToZeroAfterSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(300)
      .meta({ description: 'Where `minReplicas` is 0: seconds without demand after which the last process goes.' }),
  }),
  [
    {
      sentence: 'minReplicas must not be over maxReplicas',
      cel: 'self.minReplicas <= self.maxReplicas',
      field: ['minReplicas'],
      holds: ({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas,
    },
    {
      sentence: 'mode hpa needs minReplicas of at least 1: a HorizontalPodAutoscaler cannot go to zero',
      cel: "self.mode != 'hpa' || self.minReplicas >= 1",
      field: ['minReplicas'],
      holds: ({ mode, minReplicas }) => mode !== 'hpa' || minReplicas >= 1,
    },
  ],
);
export type Autoscaling = z.infer<typeof autoscalingSchema>;

const queueSchema = z.strictObject({
  maxMessages: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(20_000)
    .meta({ description: 'Messages the interactive queue holds; beyond, the oldest goes.' }),
  maxBytes: z
    .int()
    .min(1_048_576)
    .max(1_099_511_627_776)
    .default(268_435_456)
    .meta({ description: 'Bytes the interactive queue holds; beyond, the oldest message goes.' }),
  durableDeliveryLimit: z.int().min(20).max(10_000).default(20).meta({
    description: 'How often a durable message is handed out again before it is given up as a visible failure.',
  }),
});

/** Limits of a Scorer's queues that says nothing of them. */
export const usualQueueLimits: Readonly<z.infer<typeof queueSchema>> = queueSchema.parse({});

const givenByMedley = ['MEDLEY_AMQP_URL', 'MEDLEY_CRITERION', 'MEDLEY_GENERATION', 'MEDLEY_PREFIX'] as const;

const envSchema = withRules(textMap(253, 4_096, 64), [
  {
    sentence: `must not hold ${givenByMedley.join(', ')}: Medley sets these`,
    cel: `!(${JSON.stringify(givenByMedley)}.exists(name, name in self))`,
    holds: (env) => !givenByMedley.some((name) => name in env),
  },
]);

/** How its pods are run; all of it means nothing on one machine. */
const podFields = {
  image: z
    .string()
    .min(1)
    .max(512)
    .regex(/^\S*$/, 'must be an image reference, without blanks')
    .optional()
    .meta({ description: "Container image of a scorer of one's own; absent: Medley's." }),
  imagePullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .optional()
    .meta({ description: "When the image is pulled; absent: as the operator's own." }),
  imagePullSecrets: z
    .array(z.string().min(1).max(253))
    .max(8)
    .default([])
    .meta({ description: 'Names of Secrets the image is pulled with.' }),
  probes: z.boolean().optional().meta({
    description:
      "Whether its processes answer `/healthz` and `/readyz` on MEDLEY_OPS_PORT, as those on the SDK do: they then count as ready once they take work. Absent: only with Medley's image and no command.",
  }),
  resources: computeResourcesSchema.prefault({}).meta({ description: 'What each process needs and may have.' }),
  nodeSelector: textMap(317, 63, 16).default({}).meta({ description: 'Labels a node must have.' }),
  tolerations: z
    .array(tolerationSchema)
    .max(16)
    .default([])
    .meta({ description: 'Taints of nodes that do not matter.' }),
  podAnnotations: textMap(317, 4_096, 32).default({}).meta({ description: 'Annotations of its pods.' }),
};

export const scorerSpecSchema = withRules(
  z.strictObject({
    criterion: nameSchema.optional().meta({ description: 'The criterion it judges by; absent: its own name.' }),
    implementation: nameSchema.optional().meta({
      description:
        'A criterion shipped with Medley that does the judging; absent: the one named like the criterion, unless `command` is given.',
    }),
    settings: textMap(63, 253, 64).default({}).meta({ description: 'Settings of the implementation, as text.' }),
    command: z
      .array(z.string().max(1_024))
      .min(1)
      .max(64)
      .optional()
      .meta({ description: "What to run: in the image on a cluster, relative to this file's folder on one machine." }),
    env: envSchema.default({}).meta({ description: 'Environment variables of its processes.' }),
    weight: z.number().min(0).max(1_000).default(1).meta({ description: 'Weight where a Recommender names none.' }),
    topN: z.int().min(1).max(limits.topN).default(100).meta({ description: 'How many items it lists.' }),
    concurrency: z
      .int()
      .min(1)
      .max(256)
      .default(1)
      .meta({ description: 'Requests it computes side by side in one process.' }),
    timeoutMs: z.int().min(100).max(3_600_000).optional().meta({
      description: 'A request not finished so many ms after it was begun counts as hung and fails; absent: 60000.',
    }),
    replicas: z.int().min(0).max(1_000).optional().meta({
      description: 'Processes (on one machine: with `--broker`); absent: autoscaled on a cluster, one on one machine.',
    }),
    autoscaling: autoscalingSchema.prefault({}).meta({ description: 'How the count of processes follows the demand.' }),
    queue: queueSchema.prefault({}).meta({ description: 'What its queues hold.' }),
    deletionPolicy: z.enum(['Delete', 'Drain']).default('Delete').meta({
      description:
        '`Drain`: deleted only once its durable work is done. `Delete`: at once; a durable queue that holds messages is kept and reported.',
    }),
    drainTimeoutSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(600)
      .meta({ description: 'After so many seconds `Drain` waits no longer.' }),
    ...podFields,
  }),
  [
    {
      sentence: 'an implementation is run by Medley: give it, or an image or command, not both',
      cel: '!has(self.implementation) || !(has(self.image) || has(self.command))',
      field: ['implementation'],
      holds: ({ implementation, image, command }) =>
        implementation === undefined || (image === undefined && command === undefined),
    },
    {
      sentence: 'criterion cannot be changed, for its queues may hold work; delete this Scorer and apply another',
      cel: 'has(self.criterion) == has(oldSelf.criterion) && (!has(self.criterion) || self.criterion == oldSelf.criterion)',
      field: ['criterion'],
    },
  ],
);

export const scorerStatusSchema = z.object({
  observedGeneration: z.int().min(0).optional().meta({ description: '`metadata.generation` this was made from.' }),
  criterion: nameSchema.optional().meta({ description: 'The criterion it judges by.' }),
  replicas: z.int().min(0).optional().meta({ description: 'Processes there are.' }),
  readyReplicas: z.int().min(0).optional().meta({ description: 'Processes that are ready.' }),
  selector: z.string().max(1_024).optional().meta({ description: 'Labels of its pods, as a selector.' }),
  queues: z
    .object({ generation: z.int().min(0).meta({ description: 'Generation of the interactive queue in use.' }) })
    .optional()
    .meta({ description: 'Its queues on the broker.' }),
  autoscaling: z
    .object({
      mode: autoscalingModeSchema.meta({ description: 'The mode the decision was made in.' }),
      wanted: z.int().min(0).optional().meta({ description: 'Processes that are wanted; absent: demand is unknown.' }),
      backlogRequests: z.number().min(0).optional().meta({ description: 'Requests that wait in its queues.' }),
      offeredPerSecond: z
        .number()
        .min(0)
        .optional()
        .meta({ description: 'Requests a second, also those turned away.' }),
      serviceMs: z.number().min(0).optional().meta({ description: 'What one request takes, ms.' }),
      reason: z.string().max(1_024).optional().meta({ description: 'The decision in a sentence.' }),
    })
    .optional()
    .meta({ description: 'What was last decided about the count of processes, and from what.' }),
  conditions: conditionsSchema.optional(),
});
export type ScorerStatus = z.infer<typeof scorerStatusSchema>;
