import type { Plan } from '../contract/plan.ts';
import { criterionOf } from '../contract/resources.ts';
import type { Autoscaler, Decision, ScorerToScale } from './autoscale/autoscaler.ts';
import { createQueueLook } from './autoscale/queue-look.ts';
import type { QueueState } from './broker-admin/queue-states.ts';
import { viewDeployment } from './conditions/scorer-ready.ts';
import { isStatus, NotLeadingError } from './kube/errors.ts';
import type { Parts } from './parts.ts';
import { scale } from './reconcile-children.ts';
import { childName, type ScorerObject } from './resources/scorer-object.ts';
import { listScorers } from './scorer-list.ts';
import type { AutoscalingStatus } from './scorer-status.ts';

/** Carries out, once a second, what the autoscaler decides; and remembers it for the status. */
export interface Scaling {
  of(scorer: string): AutoscalingStatus | undefined;
  /** Who leads scales; who does not shows no series of it. */
  lead(leading: boolean): void;
  stop(): void;
}

const everyMs = 1_000;
const numbersEveryMs = 15_000;
/** How long after it began to lead what the last leader noted is left, where demand is not known yet, ms. */
const learnsForMs = 30_000;
/** Where no Recommender asks a Scorer, ms. */
const usualDeadlineMs = 300;
/** The status of an API server that did not answer. */
const unreachable = 0;

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

const toStatus = ({ mode, wanted, reason, inputs }: Decision): AutoscalingStatus => {
  const { offeredPerSecond, backlogRequests, serviceMs } = inputs;
  return {
    ...{ mode, reason: reason.slice(0, 1_024) },
    ...(wanted === null ? {} : { wanted }),
    ...(backlogRequests === null ? {} : { backlogRequests: rounded(backlogRequests, 0) }),
    ...(offeredPerSecond === null ? {} : { offeredPerSecond: rounded(offeredPerSecond, 1) }),
    ...(serviceMs === null ? {} : { serviceMs: rounded(serviceMs, 1) }),
  };
};

const deadlineOf = (criterion: string, plans: readonly Plan[]): number =>
  Math.max(
    0,
    ...plans.flatMap((plan) => (plan.criteria.some((one) => one.criterion === criterion) ? [plan.deadlineMs] : [])),
  ) || usualDeadlineMs;

export const startScaling = (options: {
  parts: () => Parts;
  autoscaler: Pick<Autoscaler, 'decide' | 'withdraw'>;
  plans: () => readonly Plan[];
  synced: () => boolean;
  /** The broker was asked for its queues. */
  onQueues: (parts: Parts, queues: readonly QueueState[]) => Promise<void>;
}): Scaling => {
  const { autoscaler } = options;
  const statuses = new Map<string, AutoscalingStatus>();
  let leading = false;
  let ledSinceMs = 0;
  let cancel = (): void => {};
  let stopped = false;

  const toScale = (parts: Parts, scorer: ScorerObject): ScorerToScale[] => {
    const { resource, object } = scorer;
    const deployment = parts.world.get('deployments', childName(scorer));
    if (deployment === undefined) return [];
    const criterion = criterionOf(resource);
    return [
      {
        ...{ namespace: parts.settings.namespace, name: object.metadata.name, criterion },
        ...{ generation: parts.generationOf(object), concurrency: resource.spec.concurrency },
        ...{ pinned: resource.spec.replicas ?? null, settings: resource.spec.autoscaling },
        replicas: viewDeployment(deployment).wanted,
        deadlineMs: deadlineOf(criterion, options.plans()),
      },
    ];
  };

  const carryOut = async (parts: Parts, scorer: ScorerObject, decision: Decision): Promise<void> => {
    const { apply, reason, inputs } = decision;
    // A pin is the reconcile's to carry out.
    if (apply === null || scorer.resource.spec.replicas !== undefined) return;
    await scale(parts, childName(scorer), apply);
    const message = `from ${inputs.replicas} to ${apply} replicas: ${reason}`;
    parts.events.tell(scorer.object, { type: 'Normal', reason: 'Scaled', message });
    parts.log.info({ event: 'scaled', scorer: decision.name, from: inputs.replicas, to: apply }, reason);
  };

  /** One that can't be scaled holds up no other; where nothing can be written at all, the rest waits as well. */
  const notScaled = (parts: Parts, scorer: string, cause: unknown): void => {
    if (cause instanceof NotLeadingError || isStatus(cause, unreachable)) throw cause;
    // Its Deployment is gone meanwhile.
    if (isStatus(cause, 404)) return;
    parts.log.warn({ event: 'scaling-failed', scorer, err: cause }, 'will be tried again in a second');
  };

  /**
   * What changes the picture is written at once, numbers alone now and then. A new leader has yet to hear of demand: saying
   * so of every Scorer for a moment would be two writes for each.
   */
  const note = (parts: Parts, name: string, status: AutoscalingStatus): void => {
    const before = statuses.get(name);
    const learns = parts.clock.monotonicMs() - ledSinceMs < learnsForMs;
    if (before === undefined && status.wanted === undefined && learns) return;
    statuses.set(name, status);
    const steady = before?.mode === status.mode && before.wanted === status.wanted;
    if (!steady) parts.queue.add(`scorer/${name}`);
    else if (before.reason !== status.reason) parts.queue.addAfter(`scorer/${name}`, numbersEveryMs);
  };

  /** Null: the broker does not say. */
  const askQueues = async (): Promise<readonly QueueState[]> => {
    const parts = options.parts();
    const queues = await parts.broker.queues();
    if (leading) {
      await options.onQueues(parts, queues).catch((cause: unknown) => {
        parts.log.warn({ event: 'queues-not-looked-after', err: cause }, 'will be tried again in a moment');
      });
    }
    return queues;
  };
  const look = createQueueLook(askQueues, { monotonicMs: () => options.parts().clock.monotonicMs() });

  const decide = async (parts: Parts): Promise<void> => {
    const queues = parts.broker.declares ? look.latest() : null;
    const usable = new Map(
      listScorers(parts.world.all('scorers')).usable.map((one) => [one.object.metadata.name, one]),
    );
    for (const name of statuses.keys()) if (!usable.has(name)) statuses.delete(name);
    const decisions = autoscaler.decide(
      [...usable.values()].flatMap((one) => toScale(parts, one)),
      queues,
    );
    for (const decision of decisions) {
      const scorer = usable.get(decision.name);
      if (scorer === undefined) continue;
      note(parts, decision.name, toStatus(decision));
      await carryOut(parts, scorer, decision).catch((cause: unknown) => notScaled(parts, decision.name, cause));
    }
  };

  const turn = async (): Promise<void> => {
    const parts = options.parts();
    if (!leading || !options.synced()) return;
    try {
      await decide(parts);
    } catch (cause) {
      if (cause instanceof NotLeadingError) return;
      parts.log.warn({ event: 'scaling-failed', err: cause }, 'will be tried again in a second');
    }
  };
  const plan = (): void => {
    // One turn after the other, also where it began to lead again while an old one was under way.
    cancel();
    if (stopped) return;
    cancel = options.parts().clock.setTimer(everyMs, () => void turn().finally(plan));
  };

  return {
    of: (scorer) => statuses.get(scorer),
    lead(now) {
      leading = now;
      cancel();
      if (now) ledSinceMs = options.parts().clock.monotonicMs();
      if (now) plan();
      else {
        statuses.clear();
        autoscaler.withdraw();
      }
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
};
