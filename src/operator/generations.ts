import { criterionOf } from '../contract/resources.ts';
import { lostHomes, type QueueState } from './broker-admin/queue-states.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import { listScorers } from './scorer-list.ts';

/**
 * Generations of the interactive queues: kept in the Scorers' status, and one higher from the moment a queue was declared
 * anew because the node that held it is gone.
 */
export interface Generations {
  of(object: KubeObject): number;
  /** Looks at the queues; moves those whose home is lost, twice in a row, to the next generation. */
  look(parts: Parts, states: readonly QueueState[]): Promise<void>;
}

const noted = (object: KubeObject): number =>
  (object.status as { queues?: { generation?: number } } | undefined)?.queues?.generation ?? 0;

export const createGenerations = (): Generations => {
  const moved = new Map<string, number>();
  let suspects: ReadonlySet<string> = new Set();
  const keyOf = ({ metadata }: KubeObject): string => metadata.uid ?? metadata.name;
  const of = (object: KubeObject): number => Math.max(noted(object), moved.get(keyOf(object)) ?? 0);

  return {
    of,
    async look(parts, states) {
      const { usable } = listScorers(parts.world.all('scorers'));
      const generations = new Map(usable.map(({ resource, object }) => [criterionOf(resource), of(object)]));
      const lost = new Set(lostHomes(parts.names, states, generations));
      const sure = [...lost].filter((criterion) => suspects.has(criterion));
      suspects = lost;
      for (const scorer of usable.filter(({ resource }) => sure.includes(criterionOf(resource)))) {
        const { object } = scorer;
        const next = of(object) + 1;
        // First the queue, then the plan that sends work there.
        await parts.broker.ensureQueues(scorer, next);
        moved.set(keyOf(object), next);
        parts.queue.add(`scorer/${object.metadata.name}`);
        parts.queue.add('plans/all');
        const message = `its interactive queue was lost with a node of the broker; generation ${next} takes its place`;
        parts.events.tell(object, { type: 'Warning', reason: 'QueueMoved', message });
      }
    },
  };
};
