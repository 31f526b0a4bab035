/** What a PromQL expression names, for checks against the list of metrics: no parser, but strict about what it finds. Pure. */

export interface Selector {
  metric: string;
  /** Labels it is chosen by. */
  labels: readonly string[];
}

const selector = /\b((?:medley|rabbitmq)_[a-z0-9_]+)(?:\{([^}]*)\})?/g;
const matcher = /([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)\s*"/g;
const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

/** Every series selector. */
export const selectorsIn = (expr: string): readonly Selector[] =>
  [...expr.matchAll(selector)].map(([, metric, matchers = '']) => ({
    metric: metric ?? '',
    labels: [...matchers.matchAll(matcher)].map(([, label]) => label ?? ''),
  }));

/** Labels that results are grouped or matched by. */
export const groupingsIn = (expr: string): readonly string[] => [
  ...new Set(
    [...expr.matchAll(grouping)]
      .flatMap(([, labels = '']) => labels.split(','))
      .map((label) => label.trim())
      .filter((label) => label !== ''),
  ),
];
