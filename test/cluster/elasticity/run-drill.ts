import { setTimeout as sleep } from 'node:timers/promises';
import { readTrace, step, traceMs } from '../../support/elasticity/trace.ts';
import { callOpenLoop } from './open-loop.ts';
import { type Run, type Sample, summarise } from './second-by-second.ts';
import { watchPods } from './watch-pods.ts';

export interface Drill {
  mode: string;
  /** Where callers reach the gateway, and where the operator shows its metrics. */
  gateway: string;
  operator: string;
  namespace: string;
  scorer: string;
  recommender: string;
  /** The program, and what it finds its cluster by. */
  kubectl: string;
  kubeconfig: string | undefined;
}

/** The Recommender's: a request that took longer is late, whatever it holds. */
export const deadlineMs = 1_000;

/** One series of the operator; null: it shows none. */
const seriesIn = (text: string, name: string, scorer: string): number | null => {
  const line = text.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(`scorer="${scorer}"`));
  return line === undefined ? null : Number(line.split(' ').at(-1));
};

const look = async ({ operator, scorer }: Drill): Promise<Omit<Sample, 'atMs'>> => {
  const text = await fetch(`${operator}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  const of = (what: string): number | null => seriesIn(text, `medley_operator_scorer_${what}`, scorer);
  return { backlog: of('backlog_requests'), wanted: of('wanted_replicas') };
};

/** Sends the recorded trace and watches pods, backlog and what is wanted: three and a half minutes. */
export const runDrill = async (drill: Drill): Promise<Run> => {
  const pods = watchPods(drill);
  await sleep(1_500);
  const startMs = performance.now() + 200;
  const samples: Sample[] = [];
  const sampling = setInterval(() => {
    const atMs = performance.now() - startMs;
    void look(drill).then((taken) => void samples.push({ atMs, ...taken }));
  }, 1_000);
  const called = await callOpenLoop(readTrace(), { ...drill, deadlineMs });
  clearInterval(sampling);
  pods.stop();
  const counts = pods.changes().map((one) => ({ ...one, atMs: one.atMs - startMs }));
  return summarise(drill.mode, { called, counts, samples }, { lengthMs: traceMs, step });
};
