/**
 * Measures how the pods of one Scorer follow the recorded step of load, on a running installation:
 * `node scripts/elasticity.ts --gateway URL --operator URL --namespace NS [--mode NAME] [--scorer slow] [--out FOLDER]`.
 * docs/elasticity.md tells what must be there, and what came out.
 */
import { parseArgs } from 'node:util';
import { runDrill } from '../test/cluster/elasticity/run-drill.ts';
import { writeRun } from '../test/cluster/elasticity/write-run.ts';

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
  },
});
const { gateway, operator, namespace, out, ...rest } = values;
if (gateway === undefined || operator === undefined || namespace === undefined) {
  throw new Error('give --gateway URL, --operator URL and --namespace NAME');
}
const run = await runDrill({ ...rest, gateway, operator, namespace, kubeconfig: process.env.KUBECONFIG });
writeRun(out, run);
console.log(JSON.stringify(run.summary, null, 2));
