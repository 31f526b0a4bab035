import { z } from 'zod';
import { kubernetesHints, type Rule, withRules } from './resource-rules.ts';

/**
 * Shapes that Kubernetes has already: labels, quantities, tolerations, conditions.
 *
 * Only what structural schemas allow: bounded strings, lists and maps, no unions.
 */

/** Texts by key, at most `most` of them. */
export const textMap = (keyLength: number, valueLength: number, most: number) =>
  withRules(
    z
      .record(z.string(), z.string().max(valueLength))
      .refine((map) => Object.keys(map).length <= most, { error: `must have at most ${most} items` })
      .meta({ maxProperties: most }),
    [
      {
        sentence: `keys must have at most ${keyLength} characters`,
        cel: `self.all(key, key.size() <= ${keyLength})`,
        holds: (map) => Object.keys(map).every((key) => key.length <= keyLength),
      },
    ],
  );

export const labelsSchema = textMap(317, 63, 64).meta({ description: 'Labels, as Kubernetes has them.' });

const quantity = (description: string) =>
  z
    .string()
    .max(32)
    .regex(/^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, 'must be a quantity in quotes, as "500m", "2" or "256Mi"')
    .meta({ description });

const unitFactors: Readonly<Record<string, number>> = {
  ...{ m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

const amountOf = (text: string): number => Number.parseFloat(text) * (unitFactors[text.replace(/^[0-9.]+/, '')] ?? 1);

const notOver = (
  what: 'cpu' | 'memory',
): Rule<Record<'requests' | 'limits', Partial<Record<'cpu' | 'memory', string | undefined>>>> => ({
  sentence: `requests.${what} must not be over limits.${what}`,
  cel: `!has(self.limits.${what}) || !isQuantity(self.limits.${what}) || !isQuantity(self.requests.${what}) || quantity(self.requests.${what}).compareTo(quantity(self.limits.${what})) <= 0`,
  field: ['requests', what],
  holds: ({ requests, limits }) => amountOf(requests[what] ?? '0') <= amountOf(limits[what] ?? '1000000T'),
});

/** What one process asks for, and what it may have at most. */
export const computeResourcesSchema = withRules(
  z.strictObject({
    requests: z
      .strictObject({
        cpu: quantity('Processors, as "500m" or "2".').default('50m'),
        memory: quantity('Memory, as "256Mi".').default('128Mi'),
      })
      .prefault({})
      .meta({ description: 'What a node must have free for it.' }),
    limits: z
      .strictObject({
        cpu: quantity('Processors; absent: no limit.').optional(),
        memory: quantity('Memory; absent: no limit.').optional(),
      })
      .prefault({})
      .meta({ description: 'What it is held to.' }),
  }),
  [notOver('cpu'), notOver('memory')],
);

export const tolerationSchema = withRules(
  z.strictObject({
    key: z.string().max(317).optional().meta({ description: 'Key of the taint; absent: any.' }),
    operator: z.enum(['Exists', 'Equal']).optional().meta({ description: 'Absent: `Equal`.' }),
    value: z.string().max(63).optional().meta({ description: 'Value of the taint.' }),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .optional()
      .meta({ description: 'Effect of the taint; absent: any.' }),
    tolerationSeconds: z.int().optional().meta({ description: 'How long `NoExecute` is tolerated; absent: for ever.' }),
  }),
  [
    {
      sentence: 'operator Exists asks for no value; leave value out',
      cel: "!has(self.operator) || self.operator != 'Exists' || !has(self.value)",
      field: ['value'],
      holds: ({ operator, value }) => operator !== 'Exists' || value === undefined,
    },
    {
      sentence: 'without a key every taint is tolerated; say so by operator Exists',
      cel: "has(self.key) || (has(self.operator) && self.operator == 'Exists')",
      holds: ({ key, operator }) => key !== undefined || operator === 'Exists',
    },
  ],
);

export const conditionSchema = z.object({
  type: z.string().max(316).meta({ description: 'What it is about.' }),
  status: z.enum(['True', 'False', 'Unknown']).meta({ description: 'Whether it is so.' }),
  reason: z.string().max(1_024).meta({ description: 'One word in CamelCase, for machines.' }),
  message: z.string().max(32_768).meta({ description: 'A sentence, for people.' }),
  observedGeneration: z.int().min(0).meta({ description: '`metadata.generation` it was judged by.' }),
  lastTransitionTime: z
    .string()
    .max(64)
    .meta({ description: 'When `status` last changed, RFC 3339.', format: 'date-time' }),
});
export type ResourceCondition = z.infer<typeof conditionSchema>;

/** The conditions of a status, one of each type. */
export const conditionsSchema = z
  .array(conditionSchema)
  .max(16)
  .meta({ description: 'What is so, and why or why not.' });
kubernetesHints.add(conditionsSchema, { mapKeys: ['type'] });
