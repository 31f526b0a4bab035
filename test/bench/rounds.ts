import type { Order } from './child.ts';
import type { Child } from './children.ts';
import type { Load, Measured } from './closed-loop.ts';
import { userCount } from './four-scorers.ts';

/** One kind of load that every system gets once a round. */
export interface Pass extends Load {
  /** Such as `128 callers`. */
  name: string;
}

/** A system that runs. */
export interface Running {
  caller: Child;
  /** CPU time it has used so far, ms. */
  cpuMs(): number;
}

/** By pass, by system: one measurement a round, in the order of the rounds. */
export type Results = Map<string, Map<string, Measured[]>>;

/** Long enough for the code to be compiled as it is in a process that has been up for a while. */
const warmUpMs = 5_000;

const measure = async ({ caller, cpuMs }: Running, order: Order): Promise<Measured> => {
  const beforeMs = cpuMs();
  const measured = await caller.measure(order);
  return { ...measured, cpuMs: (cpuMs() - beforeMs) / measured.good };
};

/** Warms every system up, then measures each once a round under every load, one after the other. */
export const runRounds = async (
  running: ReadonlyMap<string, Running>,
  passes: readonly Pass[],
  told: { rounds: number; onRound(round: number): void },
): Promise<Results> => {
  const most = Math.max(...passes.map((pass) => pass.callers));
  const users = { count: userCount, first: 0 };
  for (const system of running.values()) {
    await measure(system, { callers: most, durationMs: warmUpMs, delaysMs: [], users });
  }
  const results: Results = new Map(
    passes.map(({ name }) => [name, new Map([...running.keys()].map((system) => [system, []]))]),
  );
  for (let round = 0; round < told.rounds; round += 1) {
    told.onRound(round);
    for (const { name: pass, ...load } of passes) {
      for (const [name, system] of running) {
        const measured = await measure(system, { ...load, users: { ...users, first: round * 97 } });
        results.get(pass)?.get(name)?.push(measured);
      }
    }
  }
  return results;
};
