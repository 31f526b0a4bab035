import type { Child } from './children.ts';
import type { Load, Measured } from './closed-loop.ts';
import { userCount } from './four-scorers.ts';

/** One kind of load that every system gets once a round. */
export interface Pass extends Load {
  /** Such as `128 callers`. */
  name: string;
}

/** By pass, by system: one measurement a round, in the order of the rounds. */
export type Results = Map<string, Map<string, Measured[]>>;

const warmUpMs = 1_500;

/** What counts as the system before: system A of this round is compared with system B of the same round. */
export const runRounds = async (
  callers: ReadonlyMap<string, Child>,
  passes: readonly Pass[],
  told: { rounds: number; onRound(round: number): void },
): Promise<Results> => {
  const most = Math.max(...passes.map((pass) => pass.callers));
  const users = { count: userCount, first: 0 };
  for (const child of callers.values()) {
    await child.measure({ callers: most, durationMs: warmUpMs, delaysMs: [], users });
  }
  const results: Results = new Map(
    passes.map(({ name }) => [name, new Map([...callers.keys()].map((system) => [system, []]))]),
  );
  for (let round = 0; round < told.rounds; round += 1) {
    told.onRound(round);
    for (const { name, ...load } of passes) {
      for (const [system, child] of callers) {
        results
          .get(name)
          ?.get(system)
          ?.push(await child.measure({ ...load, users: { ...users, first: round * 97 } }));
      }
    }
  }
  return results;
};
