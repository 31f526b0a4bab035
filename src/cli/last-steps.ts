import type { Clock } from '../contract/clock.ts';

/** One thing to be done before an installation is gone. */
export interface LastStep {
  /** As the object of "could not". */
  what: string;
  /** Done again where it failed, so it takes up where it stopped. */
  work(): Promise<void>;
}

const againMs = 1_000;

/**
 * Does what must be done before an uninstall goes on, and never holds it up: a step that fails is tried again, but not
 * beyond `withinMs` in all, and what was left is told in a sentence. Never rejects.
 */
export const takeLastSteps = async (options: {
  steps: readonly LastStep[];
  withinMs: number;
  clock: Clock;
  say: (line: string) => void;
}): Promise<void> => {
  const { steps, withinMs, clock, say } = options;
  const giveUpAtMs = clock.monotonicMs() + withinMs;
  let isOver = false;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const cancel = clock.setTimer(withinMs, () => {
    isOver = true;
    end();
  });

  const obstacleTo = ({ work }: LastStep): Promise<string | null> =>
    work().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  const take = async (step: LastStep): Promise<void> => {
    for (let because = await obstacleTo(step); because !== null && !isOver; because = await obstacleTo(step)) {
      if (clock.monotonicMs() + againMs >= giveUpAtMs) return say(`could not ${step.what}: ${because}`);
      await new Promise<void>((resolve) => void clock.setTimer(againMs, resolve));
    }
  };
  const unfinished = new Set(steps);
  const all = Promise.all(
    steps.map(async (step) => {
      await take(step);
      unfinished.delete(step);
    }),
  );
  await Promise.race([all, over]);
  cancel();
  isOver = true;
  for (const { what } of unfinished) say(`could not ${what} within ${Math.round(withinMs / 1_000)} s: it is left`);
};
