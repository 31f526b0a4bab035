import { isDeepStrictEqual } from 'node:util';
import { criterionOf } from '../contract/resources.ts';
import { type Condition, type Finding, toConditions } from './conditions/condition.ts';
import type { Trouble } from './conditions/pod-trouble.ts';
import { viewDeployment } from './conditions/scorer-ready.ts';
import type { KubeObject } from './kube/object.ts';
import { type ScorerObject, selectorLabels } from './resources/scorer-object.ts';

/** What an autoscaler says of a Scorer, for people: read in `kubectl describe scorer`. */
export interface AutoscalingStatus {
  mode: string;
  wanted?: number;
  backlogRequests?: number;
  offeredPerSecond?: number;
  serviceMs?: number;
  reason: string;
}

export interface ScorerStatus {
  observedGeneration: number;
  criterion: string;
  replicas: number;
  readyReplicas: number;
  selector: string;
  queues: { generation: number };
  autoscaling?: AutoscalingStatus;
  conditions: Condition[];
}

export const conditionsOf = (object: KubeObject): readonly Condition[] =>
  (object.status as { conditions?: Condition[] } | undefined)?.conditions ?? [];

export const autoscalingIn = (object: KubeObject): AutoscalingStatus | undefined =>
  (object.status as { autoscaling?: AutoscalingStatus } | undefined)?.autoscaling;

export const scorerStatus = (
  scorer: ScorerObject,
  seen: {
    deployment: KubeObject | undefined;
    generation: number;
    autoscaling: AutoscalingStatus | undefined;
    findings: readonly Finding[];
    instant: string;
  },
): ScorerStatus => {
  const { deployment, findings, instant, autoscaling } = seen;
  const generation = scorer.object.metadata.generation ?? 0;
  const replicas = (deployment?.status as { replicas?: number } | undefined)?.replicas ?? 0;
  return {
    observedGeneration: generation,
    criterion: criterionOf(scorer.resource),
    replicas,
    readyReplicas: deployment === undefined ? 0 : viewDeployment(deployment).ready,
    selector: Object.entries(selectorLabels(scorer))
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    queues: { generation: seen.generation },
    ...(autoscaling === undefined ? {} : { autoscaling }),
    conditions: toConditions(findings, conditionsOf(scorer.object), { generation, instant }),
  };
};

/** The status of a Scorer that can't be read: as it was, but for what the fault says. */
export const unreadableStatus = (object: KubeObject, fault: Trouble, instant: string): object => {
  const generation = object.metadata.generation ?? 0;
  const findings: Finding[] = [
    { type: 'Ready', status: 'False', ...fault },
    { type: 'Reconciling', status: 'False', reason: 'Settled', message: 'nothing is tried until something is edited' },
    { type: 'Stalled', status: 'True', ...fault },
  ];
  const before = conditionsOf(object);
  const kept = before.filter(({ type }) => findings.every((one) => one.type !== type));
  const conditions = [...toConditions(findings, before, { generation, instant }), ...kept];
  return { ...(object.status as object | undefined), observedGeneration: generation, conditions };
};

/** As the API would give it back: nothing that is undefined. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const steady = ({ autoscaling, ...rest }: Partial<ScorerStatus>): unknown =>
  asJson({ ...rest, mode: autoscaling?.mode, wanted: autoscaling?.wanted });

/**
 * Whether a status is worth a write: `now` where something changed, `later` where only measured numbers did (they change
 * all the time), `no` where all is the same.
 */
export const statusNews = (before: unknown, after: ScorerStatus): 'now' | 'later' | 'no' => {
  const was = (before ?? {}) as Partial<ScorerStatus>;
  if (isDeepStrictEqual(asJson(was), asJson(after))) return 'no';
  return isDeepStrictEqual(steady(was), steady(after)) ? 'later' : 'now';
};
