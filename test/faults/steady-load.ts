import { type Call, type Callers, startCallers } from './callers.ts';
import { createDoors, type Doors } from './doors.ts';
import { type DurableCallers, startDurableCallers } from './durable-callers.ts';
import type { World } from './world.ts';

/** A light load on both lanes of a world, for tests: what becomes of it while something is done to a role. */
export interface SteadyLoad {
  doors: Doors;
  calls: readonly Call[];
  durable: DurableCallers;
  /** Ends it and waits for every caller. */
  end(): Promise<void>;
}

let loads = 0;

export const startSteadyLoad = (world: World, ratePerSecond = 20): SteadyLoad => {
  loads += 1;
  const doors = createDoors(world.gateways.map(({ base }) => base));
  const callers: Callers = startCallers({ doors, ratePerSecond, users: 200, prefix: `l${loads}-` });
  const durable = startDurableCallers({
    ...{ doors, store: world.store, scored: world.scored, ratePerSecond: ratePerSecond / 4, prefix: `d${loads}-` },
  });
  return {
    doors,
    calls: callers.calls,
    durable,
    async end() {
      await Promise.all([callers.stop(), durable.stop()]);
      await doors.close();
    },
  };
};
