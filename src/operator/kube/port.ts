import type { Kind } from './kinds.ts';
import type { KubeObject } from './object.ts';

/**
 * What the operator needs of Kubernetes, inside one namespace.
 *
 * Every call rejects with `KubeError`; one that writes rejects with `NotLeadingError` where this process does not lead.
 */
export interface Kube {
  /** Null: there is none. */
  get(kind: Kind, name: string): Promise<KubeObject | null>;
  list(kind: Kind, selector?: Selector): Promise<{ items: readonly KubeObject[]; resourceVersion: string }>;
  /**
   * Calls `onEvent` for every change after `resourceVersion` and resolves when the server ends the stream, as it does
   * after `timeoutS` at the latest. Nothing heard for `silenceMs`: rejects.
   */
  watch(kind: Kind, options: WatchOptions, onEvent: (event: WatchEvent) => void): Promise<void>;
  /** Server-side apply: makes it, or sets what this manager owns, by force. */
  apply(object: KubeObject, options: { manager: string; subresource?: 'status' | 'scale' }): Promise<KubeObject>;
  create(object: KubeObject): Promise<KubeObject>;
  /** As it was read and then changed: refused with 409 where somebody wrote in between. */
  replace(object: KubeObject): Promise<KubeObject>;
  /** JSON merge patch of one that exists. */
  merge(kind: Kind, name: string, patch: object): Promise<KubeObject>;
  /** True: it was there. */
  remove(kind: Kind, name: string): Promise<boolean>;
  /** Whether the API server has this kind at all. */
  serves(kind: Kind): Promise<boolean>;
  /** Whether the namespace is being deleted: asked by an Event that would be refused then, for want of other rights. */
  namespaceEnds(): Promise<boolean>;
}

export interface Selector {
  labels?: Readonly<Record<string, string>>;
  /** One object alone. */
  name?: string;
}

export interface WatchOptions {
  resourceVersion: string;
  selector?: Selector;
  timeoutS: number;
  silenceMs: number;
  signal: AbortSignal;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}
