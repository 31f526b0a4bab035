import type { Autoscaling } from '../../contract/resources-scorer.ts';

/** How steps are limited, ms and all, in the words of autoscaling/v2: as mode `operator` does it. */
const stepWindowSeconds = 15;

export const scalingBehaviour = (settings: Autoscaling): object => ({
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [{ type: 'Pods', value: settings.scaleUpStep, periodSeconds: stepWindowSeconds }],
  },
  scaleDown: {
    stabilizationWindowSeconds: settings.scaleDownStabilisationSeconds,
    policies: [{ type: 'Percent', value: settings.scaleDownStep, periodSeconds: stepWindowSeconds }],
  },
});

/** The series both follow: what the operator found the demand to want. One replica for each. */
export const wantedSeries = 'medley_operator_scorer_wanted_replicas';
