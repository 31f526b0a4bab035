import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What correlation under fire came to. */
export interface CorrelationFound {
  requests: number;
  /** Asked before the heap was first measured, so that every bounded memory is full. */
  warmUp: number;
  tookMs: number;
  /** By `verdictOf`, and `refused` where the gateway refused. */
  verdicts: Readonly<Record<string, number>>;
  /** Partials put among the good ones, by what is wrong with them. */
  injected: Readonly<Record<string, number>>;
  /** What the aggregators made of all partials, those of the warm-up included. */
  partials: Readonly<Record<string, number>>;
  heapBeforeBytes: number;
  heapAfterBytes: number;
  /** Groups open at the end. */
  openGroups: number;
  openAtGateway: number;
}

const program = fileURLToPath(new URL('./correlation-process.ts', import.meta.url));

/** So many interleaved requests with duplicate, late, foreign and unknown partials among theirs, in a process of their own. */
export const runCorrelation = async (options: { requests: number; warmUp: number }): Promise<CorrelationFound> => {
  const { requests, warmUp } = options;
  const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', program, `${requests}`, `${warmUp}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1024 * 1024 });
  return JSON.parse(stdout) as CorrelationFound;
};

/** How much more may be held after a forced collection than before, as a share. */
const mostGrowth = 0.05;

export const growthOf = ({ heapBeforeBytes, heapAfterBytes }: CorrelationFound): number =>
  heapAfterBytes / heapBeforeBytes - 1;

/** What must hold and does not, as sentences. */
export const correlationFaults = (found: CorrelationFound): readonly string[] => {
  const { verdicts, requests, openGroups, openAtGateway } = found;
  const { mixed = 0, error = 0, refused: _refused, ...answered } = verdicts;
  const good = Object.values(answered).reduce((sum, count) => sum + count, 0);
  const growth = growthOf(found);
  return [
    ...(mixed + error > 0 ? [`${mixed} mixed answers, ${error} errors`] : []),
    ...(good === requests ? [] : [`${good} answers to ${requests} requests`]),
    ...(openGroups + openAtGateway > 0 ? [`${openGroups} groups and ${openAtGateway} requests open at the end`] : []),
    ...(growth > mostGrowth ? [`the heap grew by ${(growth * 100).toFixed(1)} %`] : []),
  ];
};

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

export const renderCorrelation = (found: CorrelationFound): string => {
  const megabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
  const { heapBeforeBytes, heapAfterBytes, openGroups, openAtGateway } = found;
  return [
    `answers to ${found.requests} requests in ${(found.tookMs / 1_000).toFixed(1)} s: ${listed(found.verdicts)}`,
    `put among their partials: ${listed(found.injected)}`,
    `all partials of the run, ${found.warmUp} requests of warm-up included: ${listed(found.partials)}`,
    `heap after a forced collection: ${megabytes(heapBeforeBytes)} MB before, ${megabytes(heapAfterBytes)} MB after (${(growthOf(found) * 100).toFixed(1)} %)`,
    `open at the end: ${openGroups} groups, ${openAtGateway} requests`,
  ].join('\n');
};
