import { criterionOf } from '../contract/resources.ts';
import { lostHomes, type QueueState } from './broker-admin/queue-states.ts';
import { NotLeadingError } from './kube/errors.ts';
import type { Parts } from './parts.ts';
import { generationOf } from './reconcile-scorer.ts';
import type { ScorerObject } from './resources/scorer-object.ts';
import { listScorers } from './scorer-list.ts';

/** Gives Scorers a new interactive queue when the broker's node that held it is gone: a new generation, by a new plan. */
export interface Rehoming {
  /** Who leads moves queues. */
  lead(leading: boolean): void;
  stop(): void;
}

const everyMs = 1_000;
const statusManager = 'medley-status';

/**
 * First the new queue, then the status that says which it is: plans and Deployments follow from that, and scorers that
 * run already look for it themselves. What is left behind comes back with its node and is swept.
 */
const rehome = async (parts: Parts, scorer: ScorerObject): Promise<void> => {
  const { object, resource } = scorer;
  const { apiVersion, kind, metadata } = object;
  const criterion = criterionOf(resource);
  const generation = generationOf(object) + 1;
  await parts.broker.ensureScorer({ criterion, generation, queue: resource.spec.queue });
  const status = { ...(object.status as object | undefined), queues: { generation } };
  const written = await parts.kube.apply(
    { apiVersion, kind, metadata: { name: metadata.name }, status },
    { manager: statusManager, subresource: 'status' },
  );
  parts.world.note('scorers', written);
  parts.queue.add(`scorer/${metadata.name}`);
  parts.queue.add('plans/all');
  const queue = parts.names.scorer(criterion, 'interactive', generation);
  const message = `the broker's node that held its interactive queue is gone: it goes on with ${queue}`;
  parts.events.tell(object, { type: 'Warning', reason: 'QueueMoved', message });
  parts.log.warn({ event: 'queue-moved', scorer: metadata.name, queue }, message);
};

export const startRehoming = (options: {
  parts: () => Parts;
  queues: () => Promise<readonly QueueState[]>;
  synced: () => boolean;
}): Rehoming => {
  let leading = false;
  let stopped = false;
  let cancel = (): void => {};

  const turn = async (): Promise<void> => {
    const parts = options.parts();
    if (!leading || !options.synced()) return;
    const usable = new Map(
      listScorers(parts.world.all('scorers')).usable.map((one) => [criterionOf(one.resource), one] as const),
    );
    const generations = new Map([...usable].map(([criterion, one]) => [criterion, generationOf(one.object)]));
    for (const criterion of lostHomes(parts.names, await options.queues(), generations)) {
      const scorer = usable.get(criterion);
      if (scorer !== undefined && leading) await rehome(parts, scorer);
    }
  };
  const plan = (): void => {
    if (stopped || !leading) return;
    cancel = options.parts().clock.setTimer(everyMs, () => {
      void turn()
        .catch((cause: unknown) => {
          if (cause instanceof NotLeadingError) return;
          options.parts().log.warn({ event: 'queues-not-looked-at', err: cause }, 'will be tried again in a second');
        })
        .finally(plan);
    });
  };

  return {
    lead(now) {
      cancel();
      leading = now;
      plan();
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
};
