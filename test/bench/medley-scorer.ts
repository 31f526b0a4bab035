import { setTimeout as sleep } from 'node:timers/promises';
import { startScorer } from '../../src/scorer/host.ts';
import { readSettings, serveAsChild } from './child.ts';
import type { Criterion } from './four-scorers.ts';
import { createDefinition } from './medley-definition.ts';
import { createParts } from './medley-process.ts';

/** One scorer of Medley, on the event loop or in a thread. */
const settings = readSettings();
const criterion = settings.criterion as Criterion;
const parts = await createParts(`scorer-${criterion}`, settings);
const scorer = await startScorer({
  ...parts,
  criterion,
  source:
    settings.engine === 'inline'
      ? { kind: 'inline', definition: createDefinition(criterion, settings.scoring) }
      : {
          kind: 'module',
          url: new URL('medley-definition.ts', import.meta.url),
          export: 'createDefinition',
          args: [criterion, settings.scoring],
        },
  models: null,
});
while (!scorer.ready()) await sleep(20);

serveAsChild(async () => {
  await scorer.stop();
  await parts.broker.close();
});
