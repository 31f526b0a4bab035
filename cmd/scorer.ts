/** A shipped criterion as a scorer process, configured by the environment (src/scorer/scorer-env.ts). */
import { endWithParent } from '../src/runtime/parent-pipe.ts';
import { parseShippedEnv } from '../src/scorer/scorer-env.ts';
import { runScorerProcess } from '../src/scorer/scorer-process.ts';

const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const url = new URL(`../src/criteria/scorer-module${extension}`, import.meta.url);

await runScorerProcess(() => {
  endWithParent();
  const { env, criterion, implementation } = parseShippedEnv(process.env, process.pid);
  return {
    env,
    criterion,
    source: { kind: 'module', url, export: 'createScorerDefinition', args: [implementation, criterion] },
  };
});
