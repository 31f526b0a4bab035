/** A test scorer as a process, configured by MEDLEY_TEST_SCORER besides what every scorer reads. */
import { endWithParent } from '../../src/runtime/parent-pipe.ts';
import { runScorer } from '../../src/scorer/sdk.ts';
import { createTestScorer, type TestScorerSettings } from './test-scorer.ts';

const settings = JSON.parse(process.env.MEDLEY_TEST_SCORER ?? '') as TestScorerSettings & { criterion: string };
const own = { ...settings, journal: settings.journal === null ? null : `${settings.journal}.${process.pid}` };

endWithParent();
await runScorer(
  settings.kind === 'cpu'
    ? {
        criterion: settings.criterion,
        module: new URL('./test-scorer.ts', import.meta.url),
        export: 'createTestScorer',
        args: [own],
      }
    : { criterion: settings.criterion, score: createTestScorer(own).score },
);
