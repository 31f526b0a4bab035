import { z } from 'zod';
import { limits } from './limits.ts';
import { entityIdSchema, instantMsSchema, laneSchema, nameSchema } from './primitives.ts';

/**
 * `medley.demand.v1`: what one process has counted since it began, for each criterion and lane.
 *
 * Totals, so that a message lost on the way costs nothing; a receiver takes differences between two of one process, and
 * begins anew where `startedAtMs` is another. Time is the sender's own monotonic clock (`uptimeMs`), so that neither a
 * stepped clock nor a message that waited bends a rate. Everything is counted in requests, and messages beside them.
 */
const total = (description: string) => z.number().min(0).meta({ description });

export const demandCountsSchema = z.object({
  criterion: nameSchema,
  lane: laneSchema,
  admitted: total('Requests asked of it (durable: accepted with it in their plan). Second rounds count again.'),
  refused: total('Requests that were turned away whole and would have asked it.'),
  full: total('Requests answered without it, since it could not have met their deadline.'),
  asleep: total('Requests answered without it, since it had no replica.'),
  late: total('Admitted requests it had not answered by their deadline.'),
  messages: total('Messages published to its queue.'),
  requests: total('Requests in these messages: with them, how many travel in one.'),
  served: total('Requests it worked on, by its partials, in time or late.'),
  serviceMs: total('What these took it together, ms.'),
});
export type DemandCounts = z.infer<typeof demandCountsSchema>;

export const demandSchema = z.object({
  sender: entityIdSchema.meta({ description: 'The process that counted.' }),
  role: z
    .enum(['gateway', 'aggregator'])
    .meta({ description: 'Without a gateway heard of, what is offered is unknown.' }),
  startedAtMs: instantMsSchema.meta({ description: 'When it began, Unix ms: another one, and the totals begin anew.' }),
  uptimeMs: z.number().min(0).meta({ description: 'How long it has counted, on its own monotonic clock, ms.' }),
  leaving: z.boolean().meta({ description: 'True in its last message: nothing more will come from it.' }),
  intake: total('Durable requests it put into the intake queue, each for all criteria of its plan.'),
  counts: z
    .array(demandCountsSchema)
    .max(limits.demandCounts)
    .meta({ description: 'One for each criterion and lane with anything to count.' }),
});
export type Demand = z.infer<typeof demandSchema>;
