import type { Autoscaling } from '../../contract/resources-scorer.ts';
import { type Move, reasonOf, unknownOf } from './reason.ts';
import { mostWanted, remember, replicasLately, type ScalingMemory } from './scaling-memory.ts';
import { isWanted, type Load, wantedReplicas } from './wanted.ts';

/** One look at one Scorer. */
export interface Situation {
  settings: Autoscaling;
  /** `spec.replicas`: set by a person, and nothing else counts; null: autoscaled. */
  pinned: number | null;
  /** What its Deployment is set to. */
  replicas: number;
  load: Load;
  /** Every gateway has been heard of lately. */
  isWhole: boolean;
  nowMs: number;
}

export interface Verdict {
  /** Within the bounds, before anything that slows going down; null: demand is not known. */
  wanted: number | null;
  /** What to set the Deployment to; null: leave it. */
  apply: number | null;
  /** One sentence, such as "backlog 412, 0/s offered, 38 ms each, wants 6, has 3: goes to 6". */
  reason: string;
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** Counted over a window, so that decisions made twice a second are not so many steps. */
const withinSteps = (target: number, situation: Situation, memory: ScalingMemory): number => {
  const { settings, replicas, nowMs } = situation;
  const { fewest, most } = replicasLately(memory, nowMs);
  if (target > replicas) return Math.max(replicas, Math.min(target, fewest + settings.scaleUpStep));
  const step = Math.max(1, Math.floor((most * settings.scaleDownStep) / 100));
  return Math.min(replicas, Math.max(target, most - step));
};

/** Where it may go down to now, or how long that takes yet. */
const downwards = (situation: Situation, memory: ScalingMemory, wanted: number): Move => {
  const { settings, replicas, nowMs } = situation;
  const windowMs = settings.scaleDownStabilisationSeconds * 1_000;
  const quietMs = nowMs - memory.busyMs;
  const zeroMs = settings.scaleToZeroAfterSeconds * 1_000;
  const most = mostWanted(memory, nowMs, windowMs);
  const floor = quietMs >= zeroMs ? 0 : 1;
  const target = most === null ? replicas : withinSteps(Math.max(most, wanted, floor), situation, memory);
  if (target < replicas) return { kind: 'go', to: target };
  if (wanted === 0 && replicas === 1) return { kind: 'wait', seconds: (zeroMs - quietMs) / 1_000 };
  const lastMs = memory.seen.findLast((one) => one.wanted >= replicas)?.atMs ?? memory.sinceMs;
  return { kind: 'wait', seconds: Math.max(0, lastMs + windowMs - nowMs) / 1_000 };
};

const moveOf = (
  situation: Situation,
  memory: ScalingMemory,
  told: { wanted: number; unknown: string | null },
): Move => {
  const { replicas } = situation;
  const { wanted, unknown } = told;
  if (wanted > replicas) {
    const to = withinSteps(wanted, situation, memory);
    return to > replicas ? { kind: 'go', to } : { kind: 'stay' };
  }
  if (unknown !== null) return { kind: 'hold', unknown };
  return wanted === replicas ? { kind: 'stay' } : downwards(situation, memory, wanted);
};

/** What the bounds say whatever is known: more than the maximum is too many, less than the minimum too few. */
const boundsFirst = ({ settings, replicas }: Situation): number =>
  clamp(replicas, settings.minReplicas, settings.maxReplicas);

/**
 * Decides for one Scorer. Pure: what it must remember comes in and goes out.
 *
 * Up at once, down to the most that was wanted in the stabilisation window, to zero only after a quiet time with nothing
 * offered and nothing waiting. What is not known never scales down: then the count that is there counts as wanted.
 */
export const decide = (situation: Situation, before: ScalingMemory): { verdict: Verdict; memory: ScalingMemory } => {
  const { settings, pinned, replicas, load, isWhole, nowMs } = situation;
  const { minReplicas, maxReplicas, mode } = settings;
  const unknown = unknownOf(load, isWhole);
  const { least, most } = wantedReplicas(load, settings);
  const unbounded = clamp(replicas, least, most);
  const wanted = clamp(unbounded, minReplicas, maxReplicas);
  const busy = isWanted(load) || unknown !== null;
  const isTold = isWhole && load.offeredPerSecond !== null && load.backlog !== null;
  // Demand is known and its cost is not: those there are will have to do, but whoever sleeps is woken.
  const atLeast = unknown === null ? wanted : Math.max(wanted, replicas);
  const known = isTold ? atLeast : null;
  const memory = remember(before, {
    atMs: nowMs,
    wanted: atLeast,
    replicas,
    busy,
    stabilisationMs: settings.scaleDownStabilisationSeconds * 1_000,
  });
  if (pinned !== null) {
    const reason = `${reasonOf(load, { unbounded, wanted, has: replicas }, { kind: 'stay' })}: spec.replicas pins ${pinned}`;
    return { verdict: { wanted: known, apply: pinned === replicas ? null : pinned, reason }, memory };
  }
  const bounded = boundsFirst(situation);
  const move: Move =
    bounded === replicas
      ? moveOf(situation, memory, { wanted, unknown })
      : { kind: 'go', to: Math.max(bounded, Math.min(wanted, maxReplicas)) };
  const isOurs = mode === 'operator';
  const told = !isOurs && move.kind === 'go' ? `: would go to ${move.to}, mode ${mode}` : '';
  const reason = reasonOf(load, { unbounded, wanted, has: replicas }, told === '' ? move : { kind: 'stay' });
  return {
    verdict: { wanted: known, apply: isOurs && move.kind === 'go' ? move.to : null, reason: `${reason}${told}` },
    memory,
  };
};
