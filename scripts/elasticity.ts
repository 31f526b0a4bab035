/**
 * Measures how the pods of one Scorer follow the recorded step of load, on a running installation:
 * `node scripts/elasticity.ts --gateway URL --namespace NS [--operator URL] [--mode NAME] [--scorer slow] [--out FOLDER]`.
 * docs/elasticity.md tells what must be there, and what came out.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { callOpenLoop } from '../test/cluster/elasticity/open-loop.ts';
import { plotOf } from '../test/cluster/elasticity/plot.ts';
import { type Sample, summarise } from '../test/cluster/elasticity/second-by-second.ts';
import { watchPods } from '../test/cluster/elasticity/watch-pods.ts';
import { readTrace, step, traceMs } from '../test/support/elasticity/trace.ts';

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
const { gateway, operator, namespace, scorer, recommender, mode, kubectl, out } = values;
if (gateway === undefined || namespace === undefined) throw new Error('give --gateway URL and --namespace NAME');

const deadlineMs = 1_000;

/** One series of the operator; null: it shows none. */
const seriesIn = (text: string, name: string): number | null => {
  const line = text.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(`scorer="${scorer}"`));
  return line === undefined ? null : Number(line.split(' ').at(-1));
};

const sample = async (): Promise<Omit<Sample, 'atMs'>> => {
  const text =
    operator === undefined
      ? ''
      : await fetch(`${operator}/metrics`).then(
          (answer) => answer.text(),
          () => '',
        );
  const of = (what: string): number | null => seriesIn(text, `medley_operator_scorer_${what}`);
  return { backlog: of('backlog_requests'), wanted: of('wanted_replicas') };
};

const pods = watchPods(kubectl, { namespace, scorer });
await sleep(1_500);
const startMs = performance.now() + 200;
const samples: Sample[] = [];
const sampling = setInterval(() => {
  const atMs = performance.now() - startMs;
  void sample().then((taken) => void samples.push({ atMs, ...taken }));
}, 1_000);
const called = await callOpenLoop(readTrace(), { gateway, recommender, deadlineMs });
clearInterval(sampling);
pods.stop();
const counts = pods.changes().map((one) => ({ ...one, atMs: one.atMs - startMs }));
const run = summarise(mode, { called, counts, samples }, { lengthMs: traceMs, step });

mkdirSync(out, { recursive: true });
writeFileSync(join(out, `${mode}.svg`), plotOf(run));
writeFileSync(join(out, `${mode}.json`), `${JSON.stringify(run)}\n`);
console.log(JSON.stringify(run.summary, null, 2));
