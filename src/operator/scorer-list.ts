import { faultsOf } from '../contract/codec.ts';
import {
  criterionOf,
  type RecommenderResource,
  recommenderSchema,
  type ScorerResource,
  scorerSchema,
} from '../contract/resources.ts';
import type { Trouble } from './conditions/pod-trouble.ts';
import type { KubeObject } from './kube/object.ts';
import type { ScorerObject } from './resources/scorer-object.ts';

type Read<T> = { ok: true; resource: T } | { ok: false; fault: string };

/** Parsed once per version of an object: every event looks at all of them. */
const known = new WeakMap<KubeObject, Read<unknown>>();

const read = <T>(object: KubeObject, schema: typeof scorerSchema | typeof recommenderSchema): Read<T> => {
  const before = known.get(object);
  if (before !== undefined) return before as Read<T>;
  const { apiVersion, kind, metadata, spec } = object as KubeObject & { spec?: unknown };
  const parsed = schema.safeParse({ apiVersion, kind, metadata, spec });
  const result: Read<T> = parsed.success
    ? { ok: true, resource: parsed.data as T }
    : { ok: false, fault: faultsOf(parsed.error) };
  known.set(object, result);
  return result;
};

export const readScorer = (object: KubeObject): Read<ScorerResource> => read(object, scorerSchema);
export const readRecommender = (object: KubeObject): Read<RecommenderResource> => read(object, recommenderSchema);

export interface ScorerList {
  /** Those that work: one for each criterion, oldest first. */
  usable: readonly ScorerObject[];
  /** Why one of that name does not. */
  stalled: ReadonlyMap<string, Trouble>;
}

const byAge = (a: ScorerObject, b: ScorerObject): number => {
  const [first, second] = [a.object.metadata, b.object.metadata];
  const ages = (first.creationTimestamp ?? '').localeCompare(second.creationTimestamp ?? '');
  return ages === 0 ? first.name.localeCompare(second.name) : ages;
};

/** Reads all Scorers there are and settles which of two for one criterion works: the older. */
export const listScorers = (objects: readonly KubeObject[]): ScorerList => {
  const stalled = new Map<string, Trouble>();
  const readable: ScorerObject[] = [];
  for (const object of objects) {
    const parsed = readScorer(object);
    if (parsed.ok) readable.push({ resource: parsed.resource, object });
    else stalled.set(object.metadata.name, { reason: 'Invalid', message: parsed.fault });
  }
  const holders = new Map<string, ScorerObject>();
  for (const scorer of readable.sort(byAge)) {
    const criterion = criterionOf(scorer.resource);
    const holder = holders.get(criterion);
    if (holder === undefined) holders.set(criterion, scorer);
    else {
      const message = `Scorer ${holder.object.metadata.name}, which is older, judges by criterion ${criterion}; give this one another`;
      stalled.set(scorer.object.metadata.name, { reason: 'CriterionTaken', message });
    }
  }
  return { usable: [...holders.values()], stalled };
};
