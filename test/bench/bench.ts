/**
 * `npm run bench`: the same four scorers behind Medley, behind an HTTP fan-out and behind a naive scatter-gather, in
 * interleaved rounds on one RabbitMQ. Says ratios; docs/benchmarks.md says what they mean.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Settings } from './child.ts';
import { type Children, createChildren } from './children.ts';
import { cpuTimeMs } from './cpu-time.ts';
import { removeLeftovers } from './leftovers.ts';
import { type Options, readOptions, usage } from './options.ts';
import { type Pass, type Results, type Running, runRounds } from './rounds.ts';
import { ratiosOf, renderTables, rowsOf } from './summary.ts';
import { systems } from './systems.ts';

const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`);

const passesOf = ({ callers, seconds, delaysMs }: Options): Pass[] => {
  const durationMs = seconds * 1_000;
  const named = (count: number): string => (count === 1 ? '1 caller' : `${count} callers`);
  return [
    ...callers.map((count) => ({ name: named(count), callers: count, durationMs, delaysMs: [] })),
    ...(delaysMs.length === 0
      ? []
      : [{ name: `1 caller, scorers asleep ${delaysMs.join('/')} ms`, callers: 1, durationMs, delaysMs }]),
  ];
};

const startAll = async (options: Options, prefix: string, started: Children[]): Promise<Map<string, Running>> => {
  const running = new Map<string, Running>();
  for (const [at, name] of options.systems.entries()) {
    const start = systems[name];
    if (start === undefined) continue;
    say(`starting ${name}`);
    const children = createChildren(options.profileTo);
    started.push(children);
    const settings: Settings = {
      amqpUrl: options.amqpUrl,
      prefix: `${prefix}-${at}`,
      criterion: '',
      ports: [],
      engine: 'inline',
      scoring: options.work ? 'computed' : 'looked-up',
      style: 'tutorial',
    };
    const caller = await start(children, settings);
    const broker = options.brokerPid === null ? [] : [options.brokerPid];
    running.set(name, { caller, cpuMs: () => children.cpuMs() + cpuTimeMs(broker) });
  }
  return running;
};

const writeJson = (file: string, options: Options, results: Results): void => {
  const { rounds, callers, seconds, delaysMs, work } = options;
  const measured = Object.fromEntries([...results].map(([pass, all]) => [pass, Object.fromEntries(all)]));
  const all = {
    options: { rounds, callers, seconds, delaysMs, work },
    rows: rowsOf(results),
    ratios: ratiosOf(results),
    measured,
  };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
};

const run = async (options: Options): Promise<void> => {
  const prefix = `medley-bench-${randomBytes(4).toString('hex')}`;
  const started: Children[] = [];
  const end = async (): Promise<void> => {
    await Promise.all(started.map((children) => children.end()));
    await removeLeftovers(
      options.amqpUrl,
      options.systems.map((_, at) => `${prefix}-${at}`),
    );
  };
  const interrupt = (): void => void end().finally(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const running = await startAll(options, prefix, started);
    say('warming up');
    const results = await runRounds(running, passesOf(options), {
      rounds: options.rounds,
      onRound: (round) => say(`round ${round + 1} of ${options.rounds}`),
    });
    process.stdout.write(renderTables(rowsOf(results), ratiosOf(results)));
    if (options.jsonFile !== null) writeJson(options.jsonFile, options, results);
  } finally {
    await end();
  }
};

try {
  const options = readOptions(process.argv.slice(2), process.env, Object.keys(systems));
  if (options === null) process.stdout.write(usage);
  else await run(options);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
