/**
 * `npm run bench:scale -- [--times 1,10,100] [--criteria A,B] [--settings JSON]`: what a fit costs as the data grows.
 *
 * Each criterion is fitted in a process of its own on a made-up world (see `scale-world.ts`), then asked for its lists of
 * 100 with reasons. One line of JSON each; docs/criteria.md tells the figures.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Question } from '../../src/contract/scoring.ts';
import { encodeCatalogue } from '../../src/criteria/catalogue.ts';
import type { Criterion } from '../../src/criteria/criterion.ts';
import { criteria, findCriterion } from '../../src/criteria/registry.ts';
import type { TrainingData } from '../../src/criteria/training-data.ts';
import { percentile } from './percentile.ts';
import { generateData, worldOf } from './scale-world.ts';

const { values: options } = parseArgs({
  options: {
    times: { type: 'string', default: '1,10' },
    criteria: { type: 'string', default: criteria.map((one) => one.name).join(',') },
    settings: { type: 'string', default: '{}' },
    /** Measures in this very process. */
    here: { type: 'boolean', default: false },
  },
});

const mebibytes = (bytes: number): number => Math.round(bytes / 1_048_576);
const peakMiB = (): number => mebibytes(process.resourceUsage().maxRSS * 1_024);
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const questionsOf = ({ events, nowMs }: TrainingData, count: number): Question[] => {
  const questions: Question[] = [];
  for (let first = 0, end = 0; first < events.user.length && questions.length < count; first = end) {
    while (events.user[end] === events.user[first]) end++;
    const newestFirst = Array.from({ length: end - first }, (_, at) => end - 1 - at);
    const items = newestFirst.map((event) => events.items[events.item[event] as number] as string);
    questions.push({
      subject: { kind: 'user', id: 'asked' },
      profile: {
        items,
        weights: newestFirst.map((event) => events.weight[event] as number),
        atMs: newestFirst.map((event) => events.atMs[event] as number),
      },
      drop: new Set(items),
      filters: undefined,
      candidates: undefined,
      topN: 100,
      explain: true,
      context: {},
      nowMs,
    });
  }
  return questions;
};

const measure = async (criterion: Criterion, times: number, settings: Record<string, string>) => {
  const world = worldOf(times);
  const data = generateData(world);
  const worldMiB = peakMiB();
  const [startedMs, startedCpu] = [performance.now(), cpuSeconds()];
  const fitted = criterion.fit?.(data, settings) ?? new Uint8Array(0);
  const seconds = (performance.now() - startedMs) / 1_000;
  const fitCpuSeconds = cpuSeconds() - startedCpu;
  const peak = peakMiB();
  const artefacts = { catalogue: encodeCatalogue(data.items), [criterion.name]: fitted };
  const model = await criterion.definition.load(artefacts, settings);
  const { signal } = new AbortController();
  const durations: number[] = [];
  for (const question of questionsOf(data, 400)) {
    const askedMs = performance.now();
    await criterion.definition.score(question, model, signal);
    durations.push(performance.now() - askedMs);
  }
  const warm = durations.slice(100).sort((a, b) => a - b);
  return {
    criterion: criterion.name,
    times,
    events: data.events.user.length,
    users: world.users,
    items: world.items,
    fitSeconds: Number(seconds.toFixed(1)),
    fitCpuSeconds: Number(fitCpuSeconds.toFixed(1)),
    worldMiB,
    peakMiB: peak,
    modelMiB: Number((fitted.byteLength / 1_048_576).toFixed(1)),
    scoreP50Ms: Number(percentile(warm, 0.5).toFixed(2)),
    scoreP99Ms: Number(percentile(warm, 0.99).toFixed(2)),
  };
};

const names = options.criteria.split(',');
for (const times of options.times.split(',').map(Number)) {
  for (const name of names) {
    const criterion = findCriterion(name);
    if (criterion === null) throw new Error(`no criterion ${name}`);
    if (options.here) {
      process.stdout.write(`${JSON.stringify(await measure(criterion, times, JSON.parse(options.settings)))}\n`);
      continue;
    }
    const own = ['--here', '--times', String(times), '--criteria', name, '--settings', options.settings];
    execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...own], { stdio: 'inherit' });
  }
}
