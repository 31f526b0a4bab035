import { z } from 'zod';

/**
 * Rules that no JSON Schema can say: checked here by `holds`, by the API server of a cluster as CEL, with one sentence.
 *
 * `cel` sees `self`, the value after defaults; it must say what `holds` says. `test/cluster/crds.test.ts` tries both.
 */
export interface Rule<T> {
  /** What is wanted, for whoever wrote the resource. */
  readonly sentence: string;
  /** Common Expression Language, true where the value is good. `oldSelf` makes it a rule about changes. */
  readonly cel: string;
  /** The same; absent for rules about changes, which a file on one machine can't break. */
  readonly holds?: (value: T) => boolean;
  /** The field below the value that is to blame; absent: the value itself. */
  readonly field?: readonly string[];
}

/** What the CRDs say of a schema besides its shape. */
export interface KubernetesHints {
  readonly rules?: readonly Omit<Rule<never>, 'holds'>[];
  /** Lists with one item per value of these fields: server-side apply merges them item by item. */
  readonly mapKeys?: readonly string[];
}

/** Of each schema its hints; copies of a schema (`.meta()`) have those of the original. */
export const kubernetesHints = z.registry<KubernetesHints>();

/** The schema with these rules, asked only where the shape is right, as the API server does. */
export const withRules = <S extends z.ZodType>(schema: S, rules: readonly Rule<z.output<S>>[]): S => {
  const checked = schema.superRefine((value, context) => {
    if (context.issues.some(({ code }) => code !== 'custom')) return;
    for (const { holds, sentence, field } of rules) {
      if (holds?.(value) === false) context.addIssue({ code: 'custom', message: sentence, path: [...(field ?? [])] });
    }
  });
  kubernetesHints.add(checked, { rules: [...(kubernetesHints.get(schema)?.rules ?? []), ...rules] });
  return checked;
};

/** A rule that a field and its likes must fulfil by name: lists of things that are named. */
export const eachNameOnce = (what: string): Rule<readonly { name: string }[]> => ({
  sentence: `two ${what} have one name; rename one`,
  cel: 'self.all(one, self.exists_one(other, other.name == one.name))',
  holds: (list) => new Set(list.map(({ name }) => name)).size === list.length,
});
