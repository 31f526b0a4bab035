/** Weighs a notebook's screen, in grams: the panel's area by its diagonal (16:10), times what a square centimetre weighs. */
import { z } from 'zod';
import { runScorer } from '../../src/scorer/sdk.ts';

const gramsPerSquareCm = 0.28;
const glassGramsPerSquareCm = 0.12;
const cmPerInch = 2.54;

const contextSchema = z.object({
  screen: z.object({ inches: z.number().min(5).max(30), glass: z.boolean().default(false) }),
});

await runScorer({
  criterion: 'screen',
  score({ candidates, context }) {
    const parsed = contextSchema.safeParse(context);
    if (!parsed.success || candidates === undefined) return null;
    const { inches, glass } = parsed.data.screen;
    const diagonalCm = inches * cmPerInch;
    const areaSquareCm = (diagonalCm * 16 * diagonalCm * 10) / (16 ** 2 + 10 ** 2);
    const grams = areaSquareCm * (gramsPerSquareCm + (glass ? glassGramsPerSquareCm : 0));
    const label = `${inches} inches${glass ? ' under glass' : ''}`;
    return {
      items: candidates,
      scores: candidates.map(() => Math.round(grams)),
      floor: null,
      because: candidates.map(() => 0),
      labels: [label],
      reason: 'a screen of {}',
    };
  },
});
