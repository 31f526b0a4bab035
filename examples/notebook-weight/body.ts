/** Weighs a notebook's body, in grams: a shell of the given footprint and wall, times the density of its material. */
import { z } from 'zod';
import { runScorer } from '../../src/scorer/sdk.ts';

/** Grams per cubic centimetre. */
const density = { aluminium: 2.7, magnesium: 1.74, carbon: 1.6, plastic: 1.05 } as const;

const contextSchema = z.object({
  body: z.object({
    material: z.enum(['aluminium', 'magnesium', 'carbon', 'plastic']),
    widthCm: z.number().positive().max(60),
    depthCm: z.number().positive().max(60),
    wallMm: z.number().positive().max(10),
  }),
});

await runScorer({
  criterion: 'body',
  score({ candidates, context }) {
    const parsed = contextSchema.safeParse(context);
    if (!parsed.success || candidates === undefined) return null;
    const { material, widthCm, depthCm, wallMm } = parsed.data.body;
    // Lid, keyboard deck and bottom: three plates.
    const grams = 3 * widthCm * depthCm * (wallMm / 10) * density[material];
    return {
      items: candidates,
      scores: candidates.map(() => Math.round(grams)),
      floor: null,
      because: candidates.map(() => 0),
      labels: [material],
      reason: 'a body of {}',
    };
  },
});
