import { z } from 'zod';
import { nameSchema } from './primitives.ts';
import { labelsSchema } from './resources-kubernetes.ts';
import { recommenderSpecSchema, recommenderStatusSchema } from './resources-recommender.ts';
import { scorerSpecSchema, scorerStatusSchema } from './resources-scorer.ts';

/**
 * The `Scorer` and `Recommender` resources (`medley.dev/v1alpha1`): the same YAML on a cluster and on one machine.
 *
 * Only shapes that Kubernetes structural schemas allow: bounded strings, lists and maps, no unions.
 */
export const apiVersion = 'medley.dev/v1alpha1';

const metadata = z
  .looseObject({
    name: nameSchema,
    namespace: z.string().max(63).optional().meta({ description: 'Its namespace on a cluster.' }),
    labels: labelsSchema.optional(),
  })
  .meta({ description: 'Name and labels; whatever else Kubernetes puts there is left alone.' });

export const scorerSchema = z.strictObject({
  apiVersion: z.literal(apiVersion).meta({ description: 'Group and version.' }),
  kind: z.literal('Scorer').meta({ description: 'The kind of resource.' }),
  metadata,
  spec: scorerSpecSchema.prefault({}).meta({ description: 'What it judges by, and how it runs.' }),
  status: scorerStatusSchema
    .optional()
    .meta({ description: 'What the operator says of it; on one machine nobody reads it.' }),
});
export type ScorerResource = z.infer<typeof scorerSchema>;

export const recommenderSchema = z.strictObject({
  apiVersion: z.literal(apiVersion).meta({ description: 'Group and version.' }),
  kind: z.literal('Recommender').meta({ description: 'The kind of resource.' }),
  metadata,
  spec: recommenderSpecSchema.meta({ description: 'Which criteria, and what becomes of their lists.' }),
  status: recommenderStatusSchema
    .optional()
    .meta({ description: 'What the operator says of it; on one machine nobody reads it.' }),
});
export type RecommenderResource = z.infer<typeof recommenderSchema>;

export const resourceSchema = z.discriminatedUnion('kind', [scorerSchema, recommenderSchema]);
export type Resource = z.infer<typeof resourceSchema>;

/** The criterion a Scorer judges by. */
export const criterionOf = (scorer: ScorerResource): string => scorer.spec.criterion ?? scorer.metadata.name;
