/**
 * Measures how the pods of one Scorer follow the recorded step of load, on a running installation:
 * `node scripts/elasticity.ts --gateway URL --operator URL --namespace NS [--mode NAME] [--scorer slow] [--out FOLDER]`.
 * `--simulate` does it by arithmetic, without any. docs/elasticity.md tells what must be there, and what came out.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { plotOf } from '../test/cluster/elasticity/plot.ts';
import { runDrill } from '../test/cluster/elasticity/run-drill.ts';
import { writeRun } from '../test/cluster/elasticity/write-run.ts';
import { simulate } from '../test/support/elasticity/simulate.ts';
import { traceMs } from '../test/support/elasticity/trace.ts';

const { values } = parseArgs({
  options: {
    gateway: { type: 'string' },
    operator: { type: 'string' },
    namespace: { type: 'string' },
    scorer: { type: 'string', default: 'slow' },
    recommender: { type: 'string', default: 'slow' },
    mode: { type: 'string', default: 'operator' },
    kubectl: { type: 'string', default: 'kubectl' },
    out: { type: 'string', default: 'docs/elasticity' },
    simulate: { type: 'boolean', default: false },
  },
});
const { gateway, operator, namespace, out, simulate: byArithmetic, ...rest } = values;

const writeSimulated = (): void => {
  const { seconds, wanted, changes, ...summary } = simulate({});
  const rows = seconds
    .slice(0, traceMs / 1_000)
    .map((second, at) => ({ ...second, refused: 0, wanted: wanted[at] ?? null }));
  writeFileSync(join(out, 'simulated.svg'), plotOf({ mode: 'operator, by arithmetic', seconds: rows }));
  for (const { atMs, to, reason } of changes) console.log(`${atMs / 1_000} s: ${to} (${reason})`);
  console.log(JSON.stringify(summary, null, 2));
};

const measure = async (): Promise<void> => {
  if (gateway === undefined || operator === undefined || namespace === undefined) {
    throw new Error('give --gateway URL, --operator URL and --namespace NAME');
  }
  const run = await runDrill({ ...rest, gateway, operator, namespace, kubeconfig: process.env.KUBECONFIG });
  writeRun(out, run);
  console.log(JSON.stringify(run.summary, null, 2));
};

if (byArithmetic) writeSimulated();
else await measure();
