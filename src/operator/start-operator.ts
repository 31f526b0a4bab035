import type { Plan } from '../contract/plan.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { ControlLink } from './control-link.ts';
import { startElection } from './election.ts';
import { createEvents } from './events.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { guardWrites } from './kube/guard-writes.ts';
import type { KubeObject } from './kube/object.ts';
import type { Kube } from './kube/port.ts';
import { liftFinalizersAtTheEnd } from './lift-finalizers.ts';
import type { Parts } from './parts.ts';
import { createPutRight } from './put-right.ts';
import { createBrokerReconciler } from './reconcile-broker.ts';
import { createPlansReconciler } from './reconcile-plans.ts';
import { reconcileRest } from './reconcile-rest.ts';
import { createScorerReconciler } from './reconcile-scorer.ts';
import { listScorers } from './scorer-list.ts';
import { conditionsOf } from './scorer-status.ts';
import { startWorld, type View, type World } from './world.ts';

export interface OperatorOptions
  extends Pick<
    Parts,
    | 'broker'
    | 'names'
    | 'settings'
    | 'scorerAmqpUrl'
    | 'autoscaling'
    | 'generationOf'
    | 'createPassword'
    | 'clock'
    | 'log'
    | 'metrics'
  > {
  kube: Kube;
  link: ControlLink;
  identity: string;
  resyncMs: number;
  random: () => number;
  createId: () => string;
  /** This process begins, or ceases, to lead. */
  onLeading: (leading: boolean) => void;
}

export interface Operator {
  parts: Parts;
  plans(): readonly Plan[];
  leading(): boolean;
  /** All kinds are known, so that what it does is well founded. */
  synced(): boolean;
  stop(): Promise<void>;
}

/** Reconciles mostly wait for the API server and the broker. */
const concurrency = 8;
const keyKinds = ['scorer', 'plans', 'rest'] as const;
const leaseName = 'medley-operator';
const gaugesMs = 1_000;

const readyStatuses = ['True', 'False', 'Unknown'] as const;

/** Numbers that are looked at rather than counted. */
const showGauges = (metrics: Metrics, world: World, depth: number): void => {
  metrics.gauge('medley_operator_queue_keys', {}, depth);
  for (const [kind, seconds] of Object.entries(world.staleS())) {
    metrics.gauge('medley_operator_watch_stale_seconds', { kind }, seconds);
  }
  const scorers = world.all('scorers');
  metrics.gauge('medley_operator_objects', { kind: 'scorers' }, scorers.length);
  metrics.gauge('medley_operator_objects', { kind: 'recommenders' }, world.all('recommenders').length);
  const ready = scorers.map((one) => conditionsOf(one).find(({ type }) => type === 'Ready')?.status ?? 'Unknown');
  for (const status of readyStatuses) {
    const count = ready.filter((one) => one === status).length;
    metrics.gauge('medley_operator_ready_scorers', { status }, count);
  }
};

/** Watches, elects, reconciles; writes nothing unless it leads. */
export const startOperator = (options: OperatorOptions): Operator => {
  const { clock, log, metrics, settings, identity, random, link } = options;
  const { namespace } = settings;
  let cancelTimers: (() => void)[] = [];

  /** Who must be looked at anew because of what happened to whom: keys only, never what happened. */
  const onChange = (view: View, object: KubeObject, gone: boolean): void => {
    const scorer = view === 'scorers' ? object.metadata.name : object.metadata.labels?.['medley.dev/scorer'];
    if (scorer !== undefined) queue.add(`scorer/${scorer}`);
    if (view === 'scorers' || view === 'recommenders' || view === 'plans' || view === 'deployments')
      queue.add('plans/all');
    if (view !== 'scorers') return;
    // What stood back for another may work now, or the other way round.
    for (const name of listScorers(world.all('scorers')).stalled.keys()) queue.add(`scorer/${name}`);
    if (gone) queue.add('rest/all');
  };
  const addAll = (): void => {
    if (!election.leading() || !world.synced()) return;
    queue.start();
    for (const one of world.all('scorers')) queue.add(`scorer/${one.metadata.name}`);
    queue.add('plans/all');
    queue.add('rest/all');
  };

  const reconcile = async (key: string): Promise<void> => {
    const [kind, name = ''] = key.split('/');
    if (kind === 'scorer') await reconcileScorer(name);
    else if (kind === 'plans') await plans.reconcile();
    else await reconcileRest(parts, brokerReconciler);
  };

  const lead = (leading: boolean): void => {
    metrics.gauge('medley_operator_leader', {}, leading ? 1 : 0);
    options.onLeading(leading);
    if (leading) addAll();
    else {
      plans.forget();
      brokerReconciler.forget();
      link.pause();
      void queue.stop();
    }
  };

  const kube = guardWrites(options.kube, () => election.leading());
  const queue = createKeyedQueue({ kinds: keyKinds, reconcile, concurrency, clock, random, log, metrics });
  const world = startWorld({ ...options, onChange, onSynced: addAll });
  const events = createEvents({ kube, namespace, identity, clock, createId: options.createId, log });
  const parts: Parts = { ...options, kube, world, putRight: createPutRight(kube), queue, events };
  const brokerReconciler = createBrokerReconciler(parts);
  const reconcileScorer = createScorerReconciler(parts, brokerReconciler);
  const plans = createPlansReconciler(parts, link);
  const election = startElection({ ...options, name: leaseName, onChange: lead });
  metrics.gauge('medley_operator_leader', {}, 0);

  const every = (ms: number, at: number, work: () => void): void => {
    cancelTimers[at] = clock.setTimer(ms, () => {
      work();
      every(ms, at, work);
    });
  };
  every(gaugesMs, 0, () => showGauges(metrics, world, queue.depth()));
  let troubleBefore: string | null = null;
  every(gaugesMs, 1, () => {
    plans.lookAtLink();
    // The Published condition follows the broker's coming and going.
    const trouble = link.trouble();
    if (trouble !== troubleBefore && election.leading() && world.synced()) queue.add('plans/all');
    troubleBefore = trouble;
  });

  return {
    parts,
    plans: plans.current,
    leading: () => election.leading(),
    synced: () => world.synced(),
    async stop() {
      for (const cancel of cancelTimers) cancel();
      cancelTimers = [];
      world.stop();
      await queue.stop();
      if (election.leading()) {
        const untold = (cause: unknown): void => log.warn({ err: cause }, 'finalizers may be left');
        await liftFinalizersAtTheEnd(parts).catch(untold);
      }
      await election.stop().catch((cause: unknown) => log.warn({ err: cause }, 'the lease could not be released'));
    },
  };
};
