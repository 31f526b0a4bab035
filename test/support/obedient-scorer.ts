/** A scorer process for tests, in threads: what createObedient does. Configured by the environment, as every scorer is. */
import { runScorer } from '../../src/scorer/sdk.ts';

await runScorer({
  criterion: 'obedient',
  module: new URL('./thread-scorers.ts', import.meta.url),
  export: 'createObedient',
});
