import { type Plan, planSchema } from '../../contract/plan.ts';
import { criterionOf, type ScorerResource } from '../../contract/resources.ts';
import type { KubeObject } from '../kube/object.ts';
import { managedBy } from './scorer-object.ts';

export const plansConfigMapName = 'medley-plans';
/** The highest version any plan ever had here, and the version of the set: versions only grow, also when Recommenders are deleted and made again. */
export const highestVersionAnnotation = 'medley.dev/highest-plan-version';

/** The boot copy of the plans, and what the trainer fits models for. */
export const buildPlansConfigMap = (options: {
  plans: readonly Plan[];
  scorers: readonly ScorerResource[];
  highestVersion: number;
  instance: string;
}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: plansConfigMapName,
    labels: {
      ...{ 'app.kubernetes.io/name': 'medley', 'app.kubernetes.io/instance': options.instance, ...managedBy },
      ...{ 'app.kubernetes.io/component': 'operator' },
    },
    annotations: { [highestVersionAnnotation]: String(options.highestVersion) },
  },
  data: {
    'plans.json': `${JSON.stringify({ plans: options.plans, setVersion: options.highestVersion })}\n`,
    'scorers.json': `${JSON.stringify({
      scorers: options.scorers
        .filter(({ spec }) => spec.image === undefined && spec.command === undefined)
        .map((scorer) => ({
          criterion: criterionOf(scorer),
          implementation: scorer.spec.implementation ?? criterionOf(scorer),
          settings: scorer.spec.settings,
        })),
    })}\n`,
  },
});

/** One that can't be read, as written by another release, is made anew. */
const plansIn = (text: string): Plan[] => {
  try {
    const { plans = [] } = JSON.parse(text) as { plans?: unknown[] };
    return plans.flatMap((one) => planSchema.safeParse(one).data ?? []);
  } catch {
    return [];
  }
};

/** What a plans ConfigMap holds; what can't be read counts as nothing. */
export const readPlansConfigMap = (
  object: KubeObject | null | undefined,
): { plans: readonly Plan[]; highestVersion: number } => {
  const data = (object?.data ?? {}) as Record<string, string>;
  const noted = Number(object?.metadata.annotations?.[highestVersionAnnotation] ?? 0);
  const plans = plansIn(data['plans.json'] ?? '{}');
  return {
    plans,
    highestVersion: Math.max(0, Number.isSafeInteger(noted) ? noted : 0, ...plans.map((one) => one.version)),
  };
};
