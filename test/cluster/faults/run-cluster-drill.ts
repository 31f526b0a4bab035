import { setTimeout as sleep } from 'node:timers/promises';
import { startCallers } from '../../faults/callers.ts';
import { reasonsOf, wasOpen } from '../../faults/drill-report.ts';
import { startDurableCallers } from '../../faults/durable-callers.ts';
import { recoveredAfterS } from '../../faults/recovery.ts';
import { connectCluster } from '../support/cluster.ts';
import { deadlineMs, durablePrefix } from './drilled.ts';
import { brokenPromises, type Moment, type Outcome, renderCalls, renderDurables } from './fault-report.ts';
import { type Fault, faults } from './faults.ts';
import { type Installation, openInstallation } from './installation.ts';
import { findPower, type Power } from './power.ts';
import { watchMachine } from './watch-machine.ts';

/** Makes faults on a cluster under load, one at a time, and tables what callers got. */
export interface ClusterDrillOptions {
  /** By name; empty: all that this cluster can have. */
  only: readonly string[];
  brokerNodes: 1 | 3;
  ratePerSecond: number;
  durablePerSecond: number;
  /** The image that runs, and another tag of it; null: both are built of this tree. */
  images: readonly [string, string] | null;
  /** A namespace that an earlier run has left with its release; null: one is made. */
  namespace: string | null;
  /** Leaves namespace and release for another run. */
  keep: boolean;
  say(line: string): void;
}

const warmUpMs = 8_000;
/** Load goes on so long after the last thing done, and up to the second figure where callers are not well by then. */
const settleMs = 20_000;
const mostSettleMs = 120_000;
const durablePatienceMs = 90_000;
const users = 100;
let loads = 0;

const runFault = async (
  fault: Fault,
  at: Installation,
  options: ClusterDrillOptions & { power: Power | null; nextImage: string },
): Promise<Outcome> => {
  const { say, ratePerSecond, durablePerSecond, power, nextImage } = options;
  const moments: Moment[] = [];
  loads += 1;
  const callers = startCallers({ doors: at.doors, ratePerSecond, users, prefix: `u${loads}-` });
  const prefix = `${durablePrefix}${Date.now().toString(36)}-`;
  const store = { answers: { get: at.answerStatus } } as unknown as Parameters<typeof startDurableCallers>[0]['store'];
  const load = { doors: at.doors, store, ratePerSecond: durablePerSecond, prefix };
  const durableCallers = startDurableCallers({ ...load, scored: at.scored });
  const starvation = watchMachine({ nodesAreHere: power !== null });
  await sleep(warmUpMs);
  const moment = (what: string): void => {
    const atMs = performance.now();
    say(`${((atMs - (moments[0]?.atMs ?? atMs)) / 1_000).toFixed(1)} s: ${what}`);
    moments.push({ what, atMs });
  };
  if (fault.name === 'nothing') moment('begun');
  const failure = await fault.act({ at, power, nextImage, moment, say }).catch((error: unknown) => error);
  const overMs = performance.now();
  const isWell = (): boolean => recoveredAfterS(callers.calls, moments.at(-1)?.atMs ?? 0, deadlineMs) !== null;
  await sleep(settleMs);
  while (!isWell() && performance.now() < overMs + mostSettleMs) await sleep(1_000);
  await Promise.all([callers.stop(), durableCallers.stop()]);
  await starvation.stop();
  const durable = await durableCallers.outcome(durablePatienceMs);
  if (failure instanceof Error) say(`the fault itself went wrong: ${failure.message}`);
  const fromMs = moments[0]?.atMs ?? 0;
  const calls = callers.calls.filter(({ endedMs }) => endedMs >= fromMs);
  const fed = calls.filter((call) => !starvation.windows().some((window) => wasOpen(call, window)));
  return { fault, moments, durable, calls, fed };
};

const chosen = ({ only }: ClusterDrillOptions, has: { nodes: number; power: boolean }): readonly Fault[] => {
  const unknown = only.find((name) => !faults.some((fault) => fault.name === name));
  if (unknown !== undefined) throw new RangeError(`${unknown} is none of ${faults.map(({ name }) => name).join(', ')}`);
  return faults.filter(
    ({ name, nodes, needsPower }) =>
      (only.length === 0 || only.includes(name)) && nodes <= has.nodes && (has.power || !needsPower),
  );
};

/** What must hold and did not, as sentences. */
export const runClusterDrill = async (options: ClusterDrillOptions): Promise<readonly string[]> => {
  const { say, namespace: existing, brokerNodes } = options;
  const cluster = await connectCluster();
  const image = options.images?.[0] ?? (await cluster.image());
  const nextImage = options.images?.[1] ?? `${image.slice(0, image.lastIndexOf(':'))}:drill-next`;
  if (options.images === null) await cluster.build('.', nextImage);
  const power = await findPower(cluster.kubeconfig);
  const at = await openInstallation(cluster, { image, brokerNodes, existing });
  say(`namespace ${at.namespace.name} on ${at.nodes.length} nodes`);
  const outcomes: Outcome[] = [];
  try {
    for (const fault of chosen(options, { nodes: at.nodes.length, power: power !== null })) {
      say(`\n## ${fault.title}\n`);
      const outcome = await runFault(fault, at, { ...options, power, nextImage });
      outcomes.push(outcome);
      say(`\n${renderCalls([outcome])}\n\n${renderDurables([outcome])}\n`);
      for (const reason of reasonsOf(outcome.calls)) say(reason);
    }
  } finally {
    await at.doors.close();
    if (!options.keep) await at.remove();
  }
  say(`\n## All of it\n\n${renderCalls(outcomes)}\n\n${renderDurables(outcomes)}`);
  return outcomes.flatMap(brokenPromises);
};
