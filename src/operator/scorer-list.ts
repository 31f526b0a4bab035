import type { z } from 'zod';
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

/** The criterion of any Scorer, also of one that can't be read. */
export const criterionIn = ({ spec, metadata }: KubeObject): string => {
  const { criterion } = (spec ?? {}) as { criterion?: unknown };
  return typeof criterion === 'string' ? criterion : metadata.name;
};

type Read<T> = { ok: true; resource: T } | { ok: false; fault: string };

/** Parsed once per version of an object: every event looks at all of them. */
const known = new WeakMap<KubeObject, Read<unknown>>();

/** So deep may unknown fields lie in one another. */
const mostRounds = 4;

/** The value without the fields that the schema does not know; null: something else is wrong with it, or nothing at all. */
const withoutUnknown = (value: unknown, error: z.ZodError): unknown => {
  const copy: unknown = structuredClone(value);
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys') return null;
    const at = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], copy);
    for (const key of issue.keys) delete (at as Record<string, unknown>)[key];
  }
  return copy;
};

/**
 * What a cluster holds was checked by the API server, which prunes what its CRD does not know. What this release does not
 * know is therefore of a newer CRD, which is upgraded before the operator and fills its new defaults into every object:
 * it must not make all of them invalid.
 */
const parseKnown = (schema: typeof scorerSchema | typeof recommenderSchema, value: unknown) => {
  let known = value;
  let parsed = schema.safeParse(known);
  for (let rounds = 0; !parsed.success && rounds < mostRounds; rounds += 1) {
    known = withoutUnknown(known, parsed.error);
    if (known === null) break;
    parsed = schema.safeParse(known);
  }
  return parsed;
};

const read = <T>(object: KubeObject, schema: typeof scorerSchema | typeof recommenderSchema): Read<T> => {
  const before = known.get(object);
  if (before !== undefined) return before as Read<T>;
  const { apiVersion, kind, metadata, spec } = object as KubeObject & { spec?: unknown };
  const parsed = parseKnown(schema, { apiVersion, kind, metadata, spec });
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
  /** Those that can't be read: nothing is done for them, and nothing is taken from them. */
  unreadable: readonly KubeObject[];
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
  const unreadable: KubeObject[] = [];
  for (const object of objects) {
    const parsed = readScorer(object);
    if (parsed.ok) readable.push({ resource: parsed.resource, object });
    else {
      unreadable.push(object);
      stalled.set(object.metadata.name, { reason: 'Invalid', message: parsed.fault });
    }
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
  return { usable: [...holders.values()], unreadable, stalled };
};
