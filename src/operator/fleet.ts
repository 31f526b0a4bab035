import type { Clock } from '../contract/clock.ts';
import type { Fleet } from '../contract/control.ts';
import { criterionOf } from '../contract/resources.ts';
import { viewDeployment } from './conditions/scorer-ready.ts';
import type { Parts } from './parts.ts';
import { childName, type ScorerObject } from './resources/scorer-object.ts';

/** How long scorers take to be ready again once the broker is back, ms: their connection, and a probe that sees it. */
const holdMs = 10_000;

/**
 * How many processes of each Scorer take work.
 *
 * While the broker is away no scorer is ready, and for a moment after it is back: they are not asleep for that, so the last
 * counts are kept as far as the Deployments still want so many.
 */
export const createFleetView = (
  parts: Pick<Parts, 'world'> & { clock: Pick<Clock, 'monotonicMs'> },
  link: { connected(): boolean },
) => {
  const last = new Map<string, number>();
  let awayAtMs = Number.NEGATIVE_INFINITY;

  const look = (): void => {
    if (!link.connected()) awayAtMs = parts.clock.monotonicMs();
  };
  const holdsForMs = (): number => Math.max(0, awayAtMs + holdMs - parts.clock.monotonicMs());
  const replicasOf = (scorer: ScorerObject): number => {
    const deployment = parts.world.get('deployments', childName(scorer));
    const key = scorer.object.metadata.uid ?? scorer.object.metadata.name;
    const { ready, wanted } = deployment === undefined ? { ready: 0, wanted: 0 } : viewDeployment(deployment);
    const before = last.get(key) ?? 0;
    if (holdsForMs() > 0 && before > ready) return Math.max(ready, Math.min(before, wanted));
    last.set(key, ready);
    return ready;
  };

  return {
    /** Notes whether the broker is there; to be called often, since it may be gone for a second only. */
    look,
    /** How long counts are still kept, ms; 0: they are what they are. */
    holdsForMs,
    of(scorers: readonly ScorerObject[]): Fleet {
      look();
      return {
        criteria: scorers.map((scorer) => ({
          criterion: criterionOf(scorer.resource),
          replicas: replicasOf(scorer),
          concurrency: scorer.resource.spec.concurrency,
        })),
      };
    },
  };
};
