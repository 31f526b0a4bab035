import type { Autoscaling } from '../../contract/resources-scorer.ts';
import { type Backlog, drainable } from './backlog.ts';

/** What is known of a scorer's load at one moment; null: not known. */
export interface Load {
  offeredPerSecond: number | null;
  /** By how much that may be off by chance, per second. */
  offeredError: number;
  backlog: Backlog | null;
  /** What one request takes one slot, ms. */
  serviceMs: number | null;
  /** Requests one replica computes side by side. */
  concurrency: number;
  /** The longest deadline of a request a caller waits for, ms. */
  deadlineMs: number;
}

/** A tenth more than the target is no reason for another replica: chance alone makes as much. */
const tolerance = 0.1;

/** Whether anything wants it at all, as far as is known. */
export const isWanted = ({ offeredPerSecond, backlog }: Load): boolean =>
  (offeredPerSecond ?? 0) > 0 || (backlog !== null && backlog.interactive + backlog.durable > 0);

/** How many replicas a load wants: no fewer than `least`, no more than `most`; between them it can't be told. */
export interface Wanted {
  least: number;
  most: number;
}

/**
 * How many replicas the load wants, without bounds: ceil((offered per second + backlog ÷ drain time) × service time ÷
 * concurrency ÷ target utilisation), less the tolerance. The least counts of what is offered only as much as is no chance.
 *
 * One at least where anything is wanted; that one is also what there is to say while no request was ever measured.
 */
export const wantedReplicas = (
  load: Load,
  settings: Pick<Autoscaling, 'targetUtilisation' | 'drainSeconds'>,
): Wanted => {
  if (!isWanted(load)) return { least: 0, most: 0 };
  const { offeredPerSecond, offeredError, backlog, serviceMs, concurrency, deadlineMs } = load;
  if (serviceMs === null) return { least: 1, most: 1 };
  const waiting = backlog === null ? 0 : drainable(backlog, { offeredPerSecond, serviceMs, deadlineMs });
  const replicasFor = (offered: number): number => {
    const busy = ((offered + waiting / settings.drainSeconds) * serviceMs) / 1_000 / concurrency;
    return Math.max(1, Math.ceil(busy / settings.targetUtilisation / (1 + tolerance)));
  };
  const offered = offeredPerSecond ?? 0;
  return { least: replicasFor(Math.max(0, offered - offeredError)), most: replicasFor(offered) };
};
