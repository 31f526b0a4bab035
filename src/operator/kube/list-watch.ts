import { fullJitterMs } from '../../broker/backoff.ts';
import type { Clock } from '../../contract/clock.ts';
import type { Log } from '../../runtime/log.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import { KubeError } from './errors.ts';
import type { Kind } from './kinds.ts';
import type { KubeObject } from './object.ts';
import type { Kube, Selector, WatchEvent } from './port.ts';

/**
 * Everything of one kind, kept current: listed, watched, listed again after every end of the watch, whatever ended it.
 *
 * The client's informer is not used: it ends for good on most errors. A watch lasts no longer than the resync, so
 * what an event failed to tell is found out by the next list.
 */
export interface ListWatch {
  get(name: string): KubeObject | undefined;
  all(): readonly KubeObject[];
  /** Takes in what a write answered, so that the next look does not see an older state. */
  note(object: KubeObject): void;
  /** Lists everything now, beside the watch, which may lag. */
  refresh(): Promise<void>;
  synced(): boolean;
  /** Seconds since the API last said anything of this kind; bookmarks come about once a minute. */
  staleS(): number;
  stop(): void;
}

export interface ListWatchOptions {
  kube: Pick<Kube, 'list' | 'watch'>;
  kind: Kind;
  selector?: Selector;
  /** An object is new, other than before, or gone: then `gone` is true and it is as it last was. */
  onChange: (object: KubeObject, gone: boolean) => void;
  /** A list is complete: the first, and every one after. */
  onSynced: () => void;
  resyncMs: number;
  clock: Clock;
  random: () => number;
  log: Log;
  metrics: Metrics;
}

/** Bookmarks come once a minute: a connection silent for longer is dead. */
const silenceMs = 100_000;
const shortestRoundMs = 1_000;
const backoff = { baseMs: 200, capMs: 10_000 } as const;
/** Deletions remembered: answers to writes that were under way are at most seconds late. */
const mostGone = 1_000;

const isNewer = (held: KubeObject | undefined, next: KubeObject): boolean => {
  const [was, is] = [held?.metadata.resourceVersion, next.metadata.resourceVersion];
  if (was === undefined || is === undefined) return true;
  // etcd's revision: a number that only grows (KEP-5504 makes comparing it part of the API from 1.35).
  return BigInt(is) > BigInt(was);
};

export const startListWatch = (options: ListWatchOptions): ListWatch => {
  const { kube, kind, clock, random, log, metrics, onChange } = options;
  const selector = options.selector ?? {};
  const objects = new Map<string, KubeObject>();
  /** Ids of what is gone: the answer to a write may be heard after the deletion that followed it. */
  const gone = new Set<string>();
  const stopping = new AbortController();
  let synced = false;
  let heardAtMs = clock.monotonicMs();
  let resourceVersion = '';

  const take = (object: KubeObject): void => {
    const { name } = object.metadata;
    if (!isNewer(objects.get(name), object)) return;
    objects.set(name, object);
    onChange(object, false);
  };
  const drop = (name: string): void => {
    const before = objects.get(name);
    if (before === undefined) return;
    objects.delete(name);
    if (before.metadata.uid !== undefined) gone.add(before.metadata.uid);
    const [oldest] = gone;
    if (gone.size > mostGone && oldest !== undefined) gone.delete(oldest);
    onChange(before, true);
  };
  /** What was written after a list was made is not in it, and there all the same; so with one made again after a deletion. */
  const isKnownAfter = (version: string | undefined, name: string): boolean => {
    const { resourceVersion: known } = objects.get(name)?.metadata ?? {};
    return known !== undefined && version !== undefined && BigInt(known) > BigInt(version);
  };
  const dropAsOf = (version: string | undefined, name: string): void => {
    if (!isKnownAfter(version, name)) drop(name);
  };

  /** Resolves with the version of what was listed. */
  const list = async (skip: (object: KubeObject) => boolean): Promise<string> => {
    const listed = await kube.list(kind, selector);
    const names = new Set(listed.items.map((one) => one.metadata.name));
    for (const name of [...objects.keys()]) if (!names.has(name)) dropAsOf(listed.resourceVersion, name);
    for (const one of listed.items) if (!skip(one)) take(one);
    return listed.resourceVersion;
  };
  const relist = async (): Promise<void> => {
    resourceVersion = await list(() => false);
    heardAtMs = clock.monotonicMs();
    synced = true;
    options.onSynced();
  };

  const hear = ({ type, object }: WatchEvent): void => {
    heardAtMs = clock.monotonicMs();
    if (type === 'ERROR') {
      const { code, reason, message } = object as unknown as { code: number; reason: string; message: string };
      throw new KubeError(code, reason, message);
    }
    resourceVersion = object.metadata.resourceVersion ?? resourceVersion;
    if (type === 'DELETED') dropAsOf(object.metadata.resourceVersion, object.metadata.name);
    else if (type !== 'BOOKMARK') take(object);
  };

  /** One list and the watch after it. */
  const round = async (): Promise<void> => {
    await relist();
    const timeoutS = Math.max(1, Math.round((options.resyncMs / 1_000) * (0.8 + 0.4 * random())));
    const watchOptions = { resourceVersion, selector, timeoutS, silenceMs, signal: stopping.signal };
    await kube.watch(kind, watchOptions, hear);
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.setTimer(ms, resolve);
      stopping.signal.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });

  const failed = (cause: unknown, attempt: number): number => {
    const reason = cause instanceof KubeError ? cause.reason || String(cause.status) : 'failed';
    metrics.count('medley_operator_watch_failures_total', { kind: kind.plural, reason });
    log.warn({ event: 'watch-failed', kind: kind.kind, err: cause }, 'will be listed and watched again');
    return fullJitterMs(attempt, random, backoff);
  };
  const loop = async (): Promise<void> => {
    let attempt = 0;
    while (!stopping.signal.aborted) {
      const beganAtMs = clock.monotonicMs();
      const cause = await round().then(
        () => null,
        (error: unknown) => ({ error }),
      );
      if (stopping.signal.aborted) return;
      const lastedMs = clock.monotonicMs() - beganAtMs;
      // What lasted was well: the next failure starts from the shortest wait.
      if (cause === null || lastedMs > backoff.capMs) attempt = 0;
      // A proxy that ends every watch at once must not be asked without end.
      if (cause === null) await pause(Math.max(0, shortestRoundMs - lastedMs));
      else await pause(failed(cause.error, attempt));
      attempt += 1;
    }
  };
  void loop();

  return {
    get: (name) => objects.get(name),
    all: () => [...objects.values()],
    note(object) {
      const { uid } = object.metadata;
      if (uid !== undefined && gone.has(uid)) return;
      if (isNewer(objects.get(object.metadata.name), object)) objects.set(object.metadata.name, object);
    },
    async refresh() {
      // The watch goes on meanwhile, and may have told of a deletion after this list was made.
      await list(({ metadata }) => metadata.uid !== undefined && gone.has(metadata.uid));
    },
    synced: () => synced,
    staleS: () => (clock.monotonicMs() - heardAtMs) / 1_000,
    stop: () => stopping.abort(),
  };
};
