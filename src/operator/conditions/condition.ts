/** What is known of an object, in the shape of Kubernetes conditions. */
export interface Finding {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  /** One word in CamelCase, for machines. */
  reason: string;
  /** A sentence, for people. */
  message: string;
}

export interface Condition extends Finding {
  observedGeneration: number;
  /** When `status` last changed, RFC 3339. */
  lastTransitionTime: string;
}

const longestMessage = 1_024;

/** Findings as conditions: the moment of the last change is kept while the status stays. */
export const toConditions = (
  findings: readonly Finding[],
  before: readonly Condition[],
  now: { generation: number; instant: string },
): Condition[] =>
  findings.map((finding) => {
    const known = before.find((one) => one.type === finding.type);
    const lastTransitionTime = known?.status === finding.status ? known.lastTransitionTime : now.instant;
    const message = finding.message.slice(0, longestMessage);
    return { ...finding, message, observedGeneration: now.generation, lastTransitionTime };
  });
