import { z } from 'zod';
import { limits } from './limits.ts';
import { planSchema } from './plan.ts';
import { entityIdSchema, instantMsSchema, nameSchema } from './primitives.ts';
import { askSchema } from './request-batch.ts';

/** The messages of the control exchange, and the durable lane's intake. */

/** `medley.aggregator.v1`: an aggregator says, a few times a second, that it lives and what it holds. */
export const aggregatorAnnouncementSchema = z.object({
  aggregator: entityIdSchema.meta({
    description: 'The process; a restarted one has another name under the same ordinal.',
  }),
  ordinal: z.int().min(0).meta({ description: 'Which results queues it reads.' }),
  sentAtMs: instantMsSchema,
  leaving: z
    .boolean()
    .meta({ description: 'True from the moment it was told to stop: gateways turn elsewhere at once.' }),
  openGroups: z.int().min(0).meta({ description: 'Requests it gathers for at the moment.' }),
  capacity: z.int().min(1).meta({ description: 'How many groups it may hold open.' }),
  plans: z.record(nameSchema, z.int().min(0)).meta({ description: 'Version of each plan it works by.' }),
});
export type AggregatorAnnouncement = z.infer<typeof aggregatorAnnouncementSchema>;

/** `medley.plans.v1`: all plans now in force, and no others. */
export const plansMessageSchema = z.object({
  plans: z.array(planSchema).max(1_000).meta({ description: 'One for each Recommender.' }),
  setVersion: z.int().min(0).default(0).meta({
    description:
      'Rises whenever any plan is new, changed or gone. A higher one replaces all plans held; a lower one is an old message and is left. 0: plans are only added.',
  }),
});
export type PlansMessage = z.infer<typeof plansMessageSchema>;

/** `medley.plans-wanted.v1`: a process that just started asks for the plans. */
export const plansWantedSchema = z.object({ sender: entityIdSchema });
export type PlansWanted = z.infer<typeof plansWantedSchema>;

/** `medley.fleet.v1`: how many replicas each scorer has ready; 0 = asleep. */
export const fleetSchema = z.object({
  criteria: z
    .array(
      z.object({
        criterion: nameSchema,
        replicas: z.int().min(0).meta({ description: 'Ready replicas; 0 = asleep.' }),
        concurrency: z.int().min(1).meta({ description: 'Requests one replica computes side by side.' }),
      }),
    )
    .max(1_000)
    .meta({ description: 'One for each scorer.' }),
});
export type Fleet = z.infer<typeof fleetSchema>;

/** `medley.forgotten.v1`: a user was deleted; what processes remember of him goes too. */
export const forgottenSchema = z.object({
  user: entityIdSchema.meta({ description: 'Id of the user whose data was deleted.' }),
});
export type Forgotten = z.infer<typeof forgottenSchema>;

/** `medley.intake.v1`: one accepted durable request. Its deadline counts from acceptance. */
export const intakeSchema = z.object({
  sender: entityIdSchema,
  sentAtMs: instantMsSchema,
  ask: askSchema.meta({ description: 'The request, as the gateway resolved it.' }),
});
export type Intake = z.infer<typeof intakeSchema>;

/** The `type` property of every message. */
export const messageTypes = {
  requests: 'medley.requests.v1',
  partials: 'medley.partials.v1',
  answers: 'medley.answers.v1',
  intake: 'medley.intake.v1',
  aggregator: 'medley.aggregator.v1',
  plans: 'medley.plans.v1',
  plansWanted: 'medley.plans-wanted.v1',
  fleet: 'medley.fleet.v1',
  forgotten: 'medley.forgotten.v1',
  demand: 'medley.demand.v1',
} as const;
export type MessageType = (typeof messageTypes)[keyof typeof messageTypes];

export const maximumMessageBytes = limits.messageBytes;
