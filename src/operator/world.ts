import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { type Kind, kinds } from './kube/kinds.ts';
import { type ListWatch, startListWatch } from './kube/list-watch.ts';
import type { KubeObject } from './kube/object.ts';
import type { Kube, Selector } from './kube/port.ts';
import { plansConfigMapName } from './resources/plans-config-map.ts';
import { managedBy, scorerComponent } from './resources/scorer-object.ts';

/** What the operator keeps in view: its resources, and everything it made of them. */
const views = {
  scorers: { kind: kinds.scorer, selector: {} },
  recommenders: { kind: kinds.recommender, selector: {} },
  deployments: { kind: kinds.deployment, selector: { labels: managedBy } },
  pods: { kind: kinds.pod, selector: { labels: scorerComponent } },
  secrets: { kind: kinds.secret, selector: { labels: managedBy } },
  serviceAccounts: { kind: kinds.serviceAccount, selector: { labels: managedBy } },
  budgets: { kind: kinds.podDisruptionBudget, selector: { labels: managedBy } },
  plans: { kind: kinds.configMap, selector: { name: plansConfigMapName } },
  podMonitors: { kind: kinds.podMonitor, selector: { labels: managedBy } },
  horizontalPodAutoscalers: { kind: kinds.horizontalPodAutoscaler, selector: { labels: managedBy } },
  scaledObjects: { kind: kinds.scaledObject, selector: { labels: managedBy } },
} as const satisfies Record<string, { kind: Kind; selector: Selector }>;

export type View = keyof typeof views;

/** Only where their API is served; looked for again on every resync. */
const optional: readonly View[] = ['podMonitors', 'scaledObjects'];

export interface World {
  all(view: View): readonly KubeObject[];
  get(view: View, name: string): KubeObject | undefined;
  /** Takes in what a write answered. */
  note(view: View, object: KubeObject): void;
  /** Lists everything of one kind now: a watch may lag by seconds. */
  refresh(view: View): Promise<void>;
  /** Whether this API is there and its objects are known. */
  has(view: View): boolean;
  /** Everything was listed at least once. */
  synced(): boolean;
  /** Seconds since each was last heard of. */
  staleS(): Readonly<Record<string, number>>;
  stop(): void;
}

export interface WorldOptions {
  kube: Pick<Kube, 'list' | 'watch' | 'serves'>;
  onChange: (view: View, object: KubeObject, gone: boolean) => void;
  onSynced: () => void;
  resyncMs: number;
  clock: Clock;
  random: () => number;
  log: Log;
  metrics: Metrics;
}

export const startWorld = (options: WorldOptions): World => {
  const { kube, clock, log, resyncMs } = options;
  const watched = new Map<View, ListWatch>();
  let cancelLook = (): void => {};
  let stopped = false;

  const synced = (): boolean => [...watched.values()].every((one) => one.synced());
  const start = (view: View): void => {
    const { kind, selector } = views[view];
    const onChange = (object: KubeObject, gone: boolean): void => options.onChange(view, object, gone);
    const onSynced = (): void => {
      if (synced()) options.onSynced();
    };
    watched.set(view, startListWatch({ ...options, kind, selector, onChange, onSynced }));
  };
  const look = async (): Promise<void> => {
    for (const view of optional) {
      if (watched.has(view)) continue;
      try {
        const served = await kube.serves(views[view].kind);
        if (served && !stopped) start(view);
      } catch (cause) {
        log.debug({ err: cause, view }, 'could not ask whether this API is served');
      }
    }
    if (!stopped) cancelLook = clock.setTimer(resyncMs, () => void look());
  };

  for (const view of Object.keys(views) as View[]) if (!optional.includes(view)) start(view);
  void look();

  return {
    all: (view) => watched.get(view)?.all() ?? [],
    get: (view, name) => watched.get(view)?.get(name),
    note: (view, object) => watched.get(view)?.note(object),
    async refresh(view) {
      await watched.get(view)?.refresh();
    },
    has: (view) => watched.get(view)?.synced() ?? false,
    synced,
    staleS: () => Object.fromEntries([...watched].map(([view, one]) => [views[view].kind.plural, one.staleS()])),
    stop() {
      stopped = true;
      cancelLook();
      for (const one of watched.values()) one.stop();
    },
  };
};
