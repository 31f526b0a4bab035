import { InvalidInputError } from '../contract/errors.ts';
import { nameSchema } from '../contract/primitives.ts';
import type { ScorerDefinition } from '../contract/scoring.ts';
import type { ScorerSource } from './options.ts';
import { parseScorerEnv } from './scorer-env.ts';
import { runScorerProcess } from './scorer-process.ts';

/** For a scorer that waits on something else: scored on the event loop. */
export interface ScoringFunction<Model> extends Partial<Pick<ScorerDefinition<Model>, 'needs' | 'load'>> {
  criterion: string;
  score: ScorerDefinition<Model>['score'];
}

/** For a scorer that computes: threads import `module` and call its `export` for the definition. */
export interface ScoringModule {
  criterion: string;
  module: string | URL;
  export: string;
  args?: readonly unknown[];
}

const toSource = <Model>(scorer: ScoringFunction<Model> | ScoringModule): ScorerSource => {
  if ('module' in scorer) return { kind: 'module', url: scorer.module, export: scorer.export, args: scorer.args ?? [] };
  const { needs = [], load = () => null as Model, score } = scorer;
  return { kind: 'inline', definition: { needs, load, score } as ScorerDefinition };
};

/**
 * Runs one scorer as a process of its own, configured by the environment (scorer-env.ts), until SIGTERM or SIGINT.
 *
 * @example
 * await runScorer({
 *   criterion: 'length',
 *   score: ({ candidates = [] }) => ({ items: candidates, scores: candidates.map((id) => id.length), floor: null }),
 * });
 */
export const runScorer = <Model = unknown>(scorer: ScoringFunction<Model> | ScoringModule): Promise<void> =>
  runScorerProcess(() => {
    const { criterion } = scorer;
    const named = nameSchema.safeParse(criterion);
    if (!named.success) {
      throw new InvalidInputError('The scorer', [
        `criterion ${named.error.issues.map((one) => one.message).join(', ')}`,
      ]);
    }
    return { env: parseScorerEnv(process.env, `${criterion}-${process.pid}`), criterion, source: toSource(scorer) };
  });
