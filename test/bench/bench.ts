/**
 * `npm run bench`: the same four scorers behind Medley, behind an HTTP fan-out and behind a naive scatter-gather, in
 * interleaved rounds on one RabbitMQ. Says ratios; docs/benchmarks.md says what they mean.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Settings } from './child.ts';
import { createChildren } from './children.ts';
import { removeLeftovers } from './leftovers.ts';
import { type Options, readOptions, usage } from './options.ts';
import { type Pass, runRounds } from './rounds.ts';
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

const run = async (options: Options): Promise<void> => {
  const prefix = `medley-bench-${randomBytes(4).toString('hex')}`;
  const base: Settings = { amqpUrl: options.amqpUrl, prefix, criterion: '', ports: [], engine: 'inline' };
  const children = createChildren(options.profileTo);
  const interrupt = (): void => void children.end().finally(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const callers = new Map<string, Awaited<ReturnType<(typeof systems)[string]>>>();
    for (const system of options.systems) {
      say(`starting ${system}`);
      const start = systems[system];
      if (start !== undefined)
        callers.set(system, await start(children, { ...base, prefix: `${prefix}-${callers.size}` }));
    }
    say('warming up');
    const results = await runRounds(callers, passesOf(options), {
      rounds: options.rounds,
      onRound: (round) => say(`round ${round + 1} of ${options.rounds}`),
    });
    const rows = rowsOf(results);
    const ratios = ratiosOf(results);
    process.stdout.write(renderTables(rows, ratios));
    if (options.jsonFile === null) return;
    const rounds = Object.fromEntries([...results].map(([pass, all]) => [pass, Object.fromEntries(all)]));
    writeFileSync(
      options.jsonFile,
      `${JSON.stringify({ options: { ...options, amqpUrl: undefined }, rows, ratios, rounds }, null, 2)}\n`,
    );
  } finally {
    await children.end();
    await removeLeftovers(
      options.amqpUrl,
      options.systems.map((_, at) => `${prefix}-${at}`),
    );
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
