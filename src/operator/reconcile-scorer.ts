import { isDeepStrictEqual } from 'node:util';
import type { Finding } from './conditions/condition.ts';
import type { Trouble } from './conditions/pod-trouble.ts';
import {
  type ScorerState,
  scorerAutoscaled,
  scorerReady,
  scorerReconciling,
  scorerStalled,
  viewDeployment,
} from './conditions/scorer-ready.ts';
import { drainFinalizer, hasFinalizer, waitsFor, wantsFinalizer } from './drain.ts';
import { isRefusedForGood, isStatus, KubeError, TerminalError } from './kube/errors.ts';
import { kinds } from './kube/kinds.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import type { BrokerReconciler } from './reconcile-broker.ts';
import { putChildren, removeDeployment, scale } from './reconcile-children.ts';
import { childName, type ScorerObject } from './resources/scorer-object.ts';
import { listScorers, readScorer } from './scorer-list.ts';
import { autoscalingIn, conditionsOf, scorerStatus, statusNews, unreadableStatus } from './scorer-status.ts';

const statusManager = 'medley-status';
/** Numbers alone are not written more often, ms. */
const numbersEveryMs = 15_000;
/** What waits or failed on the broker is looked at again after so long, ms. */
const lookAgainMs = 2_000;

const podsOf = ({ world }: Parts, scorer: KubeObject): KubeObject[] =>
  world.all('pods').filter((pod) => pod.metadata.labels?.['medley.dev/scorer'] === scorer.metadata.name);

/** Where nobody can look into queues, nobody can wait until one is empty. */
const tellUnchecked = (parts: Parts, object: KubeObject, then: string): void => {
  const message = `deletionPolicy Drain: without the broker's management address (MEDLEY_MANAGEMENT_URL) nobody can say what its durable queue holds; ${then}`;
  parts.events.tell(object, { type: 'Warning', reason: 'DrainUnchecked', message });
};

/** Sets or lifts the finalizer. Returns the sentence that says what is waited for; null: nothing. */
const settleFinalizer = async (parts: Parts, scorer: ScorerObject): Promise<string | null> => {
  const { kube, names, clock } = parts;
  const { metadata } = scorer.object;
  const { resourceVersion, finalizers = [] } = metadata;
  const set = async (next: string[]): Promise<void> => {
    await kube.merge(kinds.scorer, metadata.name, { metadata: { resourceVersion, finalizers: next } });
  };
  const without = finalizers.filter((one) => one !== drainFinalizer);
  if (metadata.deletionTimestamp === undefined) {
    if (wantsFinalizer(scorer) && !hasFinalizer(scorer)) {
      await set([...finalizers, drainFinalizer]);
      if (!parts.broker.declares) tellUnchecked(parts, scorer.object, 'once deleted it goes without waiting');
    }
    if (!wantsFinalizer(scorer) && hasFinalizer(scorer)) await set(without);
    return null;
  }
  if (!hasFinalizer(scorer)) return null;
  if (!parts.broker.declares) {
    await set(without);
    tellUnchecked(parts, scorer.object, 'it goes without waiting, and what the queue holds stays there');
    return null;
  }
  const queues = await parts.broker.queues().catch(() => null);
  const namespaceEnds = await kube.namespaceEnds().catch(() => false);
  const waits = waitsFor(scorer, { names, queues, nowMs: clock.nowMs(), namespaceEnds });
  if (waits === null) await set(without);
  return waits;
};

/** Tells of the Ready condition where its reason changed. */
const tellReady = (parts: Parts, object: KubeObject, ready: Finding): void => {
  const before = conditionsOf(object).find((one) => one.type === 'Ready');
  if (before?.reason === ready.reason) return;
  const type = ready.status === 'True' || ready.reason === 'Starting' || ready.reason === 'Deploying';
  parts.events.tell(object, { type: type ? 'Normal' : 'Warning', reason: ready.reason, message: ready.message });
};

/** Tells when demand is no longer known, and when it is again. */
const tellDemand = (parts: Parts, object: KubeObject, { type, reason, message }: Finding): void => {
  const before = conditionsOf(object).find((one) => one.type === type)?.reason;
  if (reason === 'DemandUnknown' && before !== reason) parts.events.tell(object, { type: 'Warning', reason, message });
  if (reason === 'Autoscaling' && before === 'DemandUnknown')
    parts.events.tell(object, { type: 'Normal', reason: 'DemandKnown', message: 'demand is known again' });
};

/** What a mode of scaling needs and is not there. */
const lacking = ({ world, settings }: Parts, mode: string): string | null => {
  if (mode !== 'keda') return null;
  if (!world.has('scaledObjects')) return 'KEDA, whose ScaledObject this cluster does not have';
  return settings.prometheusUrl === null ? 'MEDLEY_PROMETHEUS_URL, which the operator was not given' : null;
};

const instantOf = ({ clock }: Parts): string => new Date(clock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');

const writeStatus = async (
  parts: Parts,
  scorer: ScorerObject,
  state: ScorerState,
  lastMs: number,
): Promise<boolean> => {
  const { object, resource } = scorer;
  const { apiVersion, kind, metadata } = object;
  const { mode } = resource.spec.autoscaling;
  // Before the first decision of a new leader, what the last one decided.
  const decided = parts.autoscaling(metadata.name) ?? autoscalingIn(object);
  const ready = scorerReady(state);
  const { replicas } = resource.spec;
  const autoscaled = scorerAutoscaled({ replicas, mode, lacks: lacking(parts, mode), decided });
  const status = scorerStatus(scorer, {
    ...{ deployment: state.deployment, generation: parts.generationOf(object), autoscaling: decided },
    findings: [ready, scorerReconciling(state), scorerStalled(state), autoscaled],
    instant: instantOf(parts),
  });
  const news = statusNews(object.status, status);
  if (news === 'no') return false;
  if (news === 'later') {
    const leftMs = numbersEveryMs - (parts.clock.monotonicMs() - lastMs);
    if (leftMs > 0) {
      parts.queue.addAfter(`scorer/${metadata.name}`, leftMs);
      return false;
    }
  }
  tellReady(parts, object, ready);
  tellDemand(parts, object, autoscaled);
  const written = await parts.kube.apply(
    { apiVersion, kind, metadata: { name: metadata.name }, status },
    { manager: statusManager, subresource: 'status' },
  );
  parts.world.note('scorers', written);
  return true;
};

/** Of one that can't be read only the verdict is written: its processes go on, and what was last said of them stays. */
const reportUnreadable = async (parts: Parts, object: KubeObject, stalled: Trouble): Promise<void> => {
  const { apiVersion, kind, metadata } = object;
  const status = unreadableStatus(object, stalled, instantOf(parts));
  if (isDeepStrictEqual(object.status, status)) return;
  const before = conditionsOf(object).find(({ type }) => type === 'Ready');
  if (before?.reason !== stalled.reason) {
    parts.events.tell(object, { type: 'Warning', reason: stalled.reason, message: stalled.message });
  }
  const written = await parts.kube.apply(
    { apiVersion, kind, metadata: { name: metadata.name }, status },
    { manager: statusManager, subresource: 'status' },
  );
  parts.world.note('scorers', written);
};

/** Level-based: from what there is, whatever happened, to what the Scorer wants. */
export const createScorerReconciler = (parts: Parts, broker: BrokerReconciler) => {
  const writtenAtMs = new Map<string, number>();

  const report = async (scorer: ScorerObject, about: Omit<ScorerState, 'deployment' | 'pods'>): Promise<void> => {
    const { name } = scorer.object.metadata;
    const deployment = parts.world.get('deployments', childName(scorer));
    const state = { ...about, deployment, pods: podsOf(parts, scorer.object) };
    const wrote = await writeStatus(parts, scorer, state, writtenAtMs.get(name) ?? Number.NEGATIVE_INFINITY);
    if (wrote) writtenAtMs.set(name, parts.clock.monotonicMs());
  };

  const pin = async (scorer: ScorerObject): Promise<void> => {
    const { replicas } = scorer.resource.spec;
    const live = parts.world.get('deployments', childName(scorer));
    if (replicas === undefined || live === undefined || viewDeployment(live).wanted === replicas) return;
    await scale(parts, childName(scorer), replicas);
    const message = `pinned to ${replicas} replicas by spec.replicas`;
    parts.events.tell(scorer.object, { type: 'Normal', reason: 'Pinned', message });
  };

  const work = async (scorer: ScorerObject, draining: string | null): Promise<Trouble | null> => {
    const generation = parts.generationOf(scorer.object);
    const { access, trouble } = await broker.ensure(scorer, generation);
    const exists = parts.world.get('deployments', childName(scorer)) !== undefined;
    // Without its account a process could only fail; one that runs already is kept as it is.
    if (access !== null && (trouble === null || exists)) {
      await putChildren(parts, scorer, { generation, access });
      await pin(scorer);
    }
    await report(scorer, { stalled: null, broker: trouble, draining });
    return trouble;
  };

  /** What the API server will not have is told where people look, and not tried again before somebody edits something. */
  const reportRefusal = async (scorer: ScorerObject, cause: unknown): Promise<never> => {
    if (!(cause instanceof KubeError) || cause.status < 400 || isStatus(cause, 409)) throw cause;
    const stalled = { reason: 'ApiRefused', message: `the API server refused: ${cause.message}` };
    await report(scorer, { stalled, broker: null, draining: null });
    throw isRefusedForGood(cause) ? new TerminalError(cause.message, { cause }) : cause;
  };

  /** One that can't be used: says so, and takes its processes away where another one has its criterion. */
  const reportStalled = async (object: KubeObject, stalled: Trouble): Promise<void> => {
    const parsed = readScorer(object);
    if (!parsed.ok) {
      await reportUnreadable(parts, object, stalled);
      throw new TerminalError(`Scorer ${object.metadata.name}: ${stalled.message}`);
    }
    if (stalled.reason === 'CriterionTaken') await removeDeployment(parts, object);
    await report({ object, resource: parsed.resource }, { stalled, broker: null, draining: null });
  };

  /** One that can't be used works nothing off: it goes at once, and what its queue holds is kept and told. */
  const letGo = async ({ metadata }: KubeObject): Promise<boolean> => {
    const { resourceVersion, finalizers = [] } = metadata;
    if (metadata.deletionTimestamp === undefined || !finalizers.includes(drainFinalizer)) return false;
    const without = finalizers.filter((one) => one !== drainFinalizer);
    await parts.kube.merge(kinds.scorer, metadata.name, { metadata: { resourceVersion, finalizers: without } });
    return true;
  };

  return async (name: string): Promise<void> => {
    const object = parts.world.get('scorers', name);
    if (object === undefined) {
      writtenAtMs.delete(name);
      broker.forget(name);
      return;
    }
    const { usable, stalled } = listScorers(parts.world.all('scorers'));
    const scorer = usable.find((one) => one.object.metadata.name === name);
    const fault = stalled.get(name);
    if (scorer === undefined) {
      if (fault !== undefined && !(await letGo(object))) await reportStalled(object, fault);
      return;
    }
    const draining = await settleFinalizer(parts, scorer);
    if (object.metadata.deletionTimestamp !== undefined && draining === null) return;
    const trouble = await work(scorer, draining).catch((cause: unknown) => reportRefusal(scorer, cause));
    if (draining !== null || trouble !== null) parts.queue.addAfter(`scorer/${name}`, lookAgainMs);
  };
};
