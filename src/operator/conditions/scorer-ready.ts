import { unknowns } from '../autoscale/reason.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Finding } from './condition.ts';
import { podTrouble, type Trouble } from './pod-trouble.ts';

/** What the conditions of a Scorer are made from. */
export interface ScorerState {
  /** The Scorer itself can't be used: faults of its own, or a criterion that another has. */
  stalled: Trouble | null;
  /** What the broker refused, or that it does not answer. */
  broker: Trouble | null;
  deployment: KubeObject | undefined;
  pods: readonly KubeObject[];
  /** Why it is being waited for before it goes; null: it does not go. */
  draining: string | null;
}

interface DeploymentView {
  wanted: number;
  ready: number;
  updated: number;
  observed: boolean;
  failure: string | null;
}

interface DeploymentStatus {
  readyReplicas?: number;
  updatedReplicas?: number;
  observedGeneration?: number;
  conditions?: { type: string; status: string; message?: string }[];
}

/** The few numbers that count of a Deployment. */
export const viewDeployment = (deployment: KubeObject): DeploymentView => {
  const spec = (deployment.spec ?? {}) as { replicas?: number };
  const status = (deployment.status ?? {}) as DeploymentStatus;
  const failure = status.conditions?.find((one) => one.type === 'ReplicaFailure' && one.status === 'True');
  return {
    wanted: spec.replicas ?? 1,
    ready: status.readyReplicas ?? 0,
    updated: status.updatedReplicas ?? 0,
    observed: (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0),
    failure: failure?.message ?? (failure === undefined ? null : 'pods can not be made'),
  };
};

const no = ({ reason, message }: Trouble): Finding => ({ type: 'Ready', status: 'False', reason, message });
const yes = (reason: string, message: string): Finding => ({ type: 'Ready', status: 'True', reason, message });

const processes = (count: number): string => (count === 1 ? '1 process' : `${count} processes`);

/** Whether a Scorer answers, and if not, why not. */
export const scorerReady = (state: ScorerState): Finding => {
  const { stalled, draining, broker, deployment, pods } = state;
  if (stalled !== null) return no(stalled);
  if (draining !== null) return no({ reason: 'Draining', message: draining });
  if (broker !== null) return no(broker);
  if (deployment === undefined) return no({ reason: 'Deploying', message: 'its Deployment is not there yet' });
  const { wanted, ready, failure } = viewDeployment(deployment);
  if (wanted === 0) return yes('Asleep', 'no process runs, none is wanted; load wakes it where it is autoscaled');
  if (failure !== null) return no({ reason: 'ReplicaFailure', message: failure });
  const trouble = pods.map(podTrouble).find((one) => one !== null);
  const stillServing = ready > 0 ? `; ${processes(ready)} still ready` : '';
  // One of many that ended once is no news; none ready, or an image that can't be had, is.
  if (trouble !== undefined && trouble !== null && (ready === 0 || trouble.reason === 'ImagePull')) {
    return no({ reason: trouble.reason, message: `${trouble.message}${stillServing}` });
  }
  if (ready === 0) return no({ reason: 'Starting', message: `0 of ${processes(wanted)} ready` });
  return yes('Serving', ready >= wanted ? `${processes(ready)} ready` : `${ready} of ${processes(wanted)} ready`);
};

/** kstatus: whether something is still under way. */
export const scorerReconciling = ({ stalled, deployment, broker }: ScorerState): Finding => {
  const under = (message: string): Finding => ({ type: 'Reconciling', status: 'True', reason: 'UnderWay', message });
  const done: Finding = { type: 'Reconciling', status: 'False', reason: 'Settled', message: 'as wanted' };
  if (stalled !== null) return { ...done, message: 'nothing is tried until something is edited' };
  if (broker !== null) return under('the broker is tried again');
  if (deployment === undefined) return under('its Deployment is being made');
  const { wanted, ready, updated, observed } = viewDeployment(deployment);
  if (observed && ready >= wanted && updated >= wanted) return done;
  return under(`${ready} of ${processes(wanted)} ready, ${updated} of the newest kind`);
};

/** kstatus: whether trying again would change nothing. */
export const scorerStalled = ({ stalled }: ScorerState): Finding =>
  stalled === null
    ? { type: 'Stalled', status: 'False', reason: 'Usable', message: 'nothing is wrong with it' }
    : { type: 'Stalled', status: 'True', ...stalled };

/** The last decision on a Scorer, as its status tells it: what is absent is not known. */
interface Decided {
  wanted?: number | undefined;
  offeredPerSecond?: number | undefined;
  backlogRequests?: number | undefined;
}

/** From the status alone, so that a new leader says what the last one said. */
const unknownIn = ({ wanted, offeredPerSecond, backlogRequests }: Decided): string | null => {
  if (wanted !== undefined) return null;
  if (offeredPerSecond === undefined) return unknowns.offered;
  return backlogRequests === undefined ? unknowns.backlog : unknowns.gateway;
};

/** Who decides how many processes run, and whether he knows what is wanted. */
export const scorerAutoscaled = (spec: {
  replicas?: number | undefined;
  mode: string;
  /** What this mode needs and is not there; null: nothing. */
  lacks?: string | null;
  /** Undefined: nothing was decided yet. */
  decided?: Decided | undefined;
}): Finding => {
  const { replicas, mode, lacks = null, decided } = spec;
  const said = (status: Finding['status'], reason: string, message: string): Finding => ({
    ...{ type: 'Autoscaled', status, reason, message },
  });
  if (replicas !== undefined) {
    return said('False', 'Pinned', `spec.replicas pins ${processes(replicas)}; remove it to have it autoscaled`);
  }
  if (mode === 'none') return said('False', 'ModeNone', 'spec.autoscaling.mode is none: the count is left alone');
  if (mode === 'observe') return said('False', 'Observing', 'mode observe: decisions are told, not carried out');
  if (lacks !== null) return said('False', 'AddOnMissing', `mode ${mode} needs ${lacks}`);
  const unknown = decided === undefined ? null : unknownIn(decided);
  if (unknown !== null) return said('Unknown', 'DemandUnknown', `mode ${mode} takes no process away: ${unknown}`);
  return said('True', 'Autoscaling', `by mode ${mode}`);
};
