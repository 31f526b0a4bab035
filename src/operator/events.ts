import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import { kinds } from './kube/kinds.ts';
import type { KubeObject } from './kube/object.ts';
import type { Kube } from './kube/port.ts';

/** Events, as `kubectl describe` shows them: what changed and why, each once in ten minutes. */
export interface Events {
  tell(about: KubeObject, event: { type: 'Normal' | 'Warning'; reason: string; message: string }): void;
}

export interface EventsOptions {
  kube: Pick<Kube, 'create'>;
  namespace: string;
  identity: string;
  clock: Clock;
  /** Makes the names of the events different. */
  createId: () => string;
  log: Log;
}

const repeatMs = 600_000;
const remembered = 2_000;
/** The API takes 1,024 characters. */
const longest = 1_000;

export const createEvents = ({ kube, namespace, identity, clock, createId, log }: EventsOptions): Events => {
  const told = new Map<string, number>();

  const isNews = (key: string): boolean => {
    const nowMs = clock.monotonicMs();
    const before = told.get(key);
    if (before !== undefined && nowMs - before < repeatMs) return false;
    told.delete(key);
    told.set(key, nowMs);
    const oldest = told.keys().next();
    if (told.size > remembered && !oldest.done) told.delete(oldest.value);
    return true;
  };

  return {
    tell(about, { type, reason, message }) {
      const { apiVersion, kind, metadata } = about;
      if (!isNews(`${metadata.uid} ${reason} ${message}`)) return;
      const at = new Date(clock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
      const event: KubeObject = {
        apiVersion: kinds.event.apiVersion,
        kind: kinds.event.kind,
        metadata: { name: `${metadata.name.slice(0, 200)}.${createId()}`, namespace },
        involvedObject: {
          ...{ apiVersion, kind, name: metadata.name, namespace },
          ...{ uid: metadata.uid, resourceVersion: metadata.resourceVersion },
        },
        ...{ type, reason, message: message.slice(0, longest), count: 1, firstTimestamp: at, lastTimestamp: at },
        ...{ source: { component: 'medley-operator' } },
        ...{ reportingComponent: 'medley.dev/operator', reportingInstance: identity },
      };
      kube.create(event).catch((cause: unknown) => log.debug({ err: cause, reason }, 'an event was not written'));
    },
  };
};
