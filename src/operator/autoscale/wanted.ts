import type { Autoscaling } from '../../contract/resources-scorer.ts';
import { type Backlog, drainable } from './backlog.ts';

/** What is known of a scorer's load at one moment; null: not known. */
export interface Load {
  offeredPerSecond: number | null;
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

/**
 * How many replicas the load wants, without bounds: ceil((offered per second + backlog ÷ drain time) × service time ÷
 * concurrency ÷ target utilisation), less the tolerance.
 *
 * One at least where anything is wanted; that one is also what there is to say while no request was ever measured.
 */
export const wantedReplicas = (
  load: Load,
  settings: Pick<Autoscaling, 'targetUtilisation' | 'drainSeconds'>,
): number => {
  if (!isWanted(load)) return 0;
  const { offeredPerSecond, backlog, serviceMs, concurrency, deadlineMs } = load;
  if (serviceMs === null) return 1;
  const waiting = backlog === null ? 0 : drainable(backlog, { offeredPerSecond, serviceMs, deadlineMs });
  const perSecond = (offeredPerSecond ?? 0) + waiting / settings.drainSeconds;
  const busy = (perSecond * serviceMs) / 1_000 / concurrency;
  return Math.max(1, Math.ceil(busy / settings.targetUtilisation / (1 + tolerance)));
};
