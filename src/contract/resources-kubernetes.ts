import { z } from 'zod';

/**
 * Shapes that Kubernetes has already: labels, quantities, tolerations, conditions.
 *
 * Only what structural schemas allow: bounded strings, lists and maps, no unions.
 */

/** Texts by key, at most `most` of them. */
export const textMap = (keyLength: number, valueLength: number, most: number) =>
  z
    .record(z.string().max(keyLength), z.string().max(valueLength))
    .refine((map) => Object.keys(map).length <= most, { error: `must have at most ${most} items` })
    .meta({ maxProperties: most });

export const labelsSchema = textMap(317, 63, 64).meta({ description: 'Labels, as Kubernetes has them.' });

const quantity = (description: string) =>
  z
    .string()
    .max(32)
    .regex(/^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, 'must be a quantity in quotes, as "500m", "2" or "256Mi"')
    .meta({ description });

/** What one process asks for, and what it may have at most. */
export const computeResourcesSchema = z.strictObject({
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
});

export const tolerationSchema = z.strictObject({
  key: z.string().max(317).optional().meta({ description: 'Key of the taint; absent: any.' }),
  operator: z.enum(['Exists', 'Equal']).optional().meta({ description: 'Absent: `Equal`.' }),
  value: z.string().max(63).optional().meta({ description: 'Value of the taint.' }),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .meta({ description: 'Effect of the taint; absent: any.' }),
  tolerationSeconds: z.int().optional().meta({ description: 'How long `NoExecute` is tolerated; absent: for ever.' }),
});

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
