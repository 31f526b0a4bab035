import { Command, InvalidArgumentError, Option } from 'commander';
import { InvalidInputError } from '../contract/errors.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { run } from '../runtime/run.ts';
import { StoreUnavailableError } from '../store/port.ts';
import { type UpOptions, up } from './up.ts';

/** The `medley` command: one sub-command a file, options parsed here and nowhere else. */

const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`give a whole number from ${min} to ${max}`);
    return value;
  };

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const collect = (value: string, all: string[]): string[] => [...all, value];

/** Faults of input and a store out of reach are sentences for a person; anything else keeps its stack. */
const report = (error: unknown): void => {
  const forPeople = error instanceof InvalidInputError || error instanceof StoreUnavailableError;
  const text = forPeople ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`medley: ${text}\n`);
};

const addUp = (program: Command): void => {
  const fromEnv = process.env.PORT === undefined || process.env.PORT === '' ? '8080' : process.env.PORT;
  program
    .command('up')
    .description('run every role on this machine and print a first answer')
    .option('--data <dir>', 'import this MovieLens folder instead of the small catalogue')
    .addOption(
      new Option(
        '--store <address>',
        'what to keep everything in: a SQLite file or a postgres:// URL (default: a file per data set under .medley/)',
      ).env('MEDLEY_STORE'),
    )
    .option('--resources <path>', 'YAML file or folder of Scorers and Recommenders; may be repeated', collect, [])
    .option('--broker <url>', 'run the roles as processes of their own on this RabbitMQ (amqp://…)')
    .option('--prefix <name>', 'before every name on the broker', 'medley')
    .option('--scorers <n>', 'with --broker: processes of each scorer', wholeNumber(1, 64), 2)
    .option('--aggregators <n>', 'with --broker: aggregator processes', wholeNumber(1, 16), 2)
    .option('--host <address>', 'address to serve on', '127.0.0.1')
    .option('--port <port>', 'port to serve on (PORT)', wholeNumber(0, 65_535), wholeNumber(0, 65_535)(fromEnv))
    .option('--internal-port <port>', 'port of models, metrics and health', wholeNumber(0, 65_535), 0)
    .option('--user <id>', 'whose recommendations to print', '1')
    .option('--recommender <name>', 'which recommender to print', 'home')
    .option('-k, --k <n>', 'how many items to print', wholeNumber(1, 200), 10)
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent', 'warn')
    .action(async (options: UpOptions) => {
      const log = createLog({ level: options.logLevel, role: 'medley', process: `medley-${process.pid}` });
      const metrics = createMetrics({ processMetrics: true });
      const code = await run({ log, drainMs: 30_000 }, async (scope) => {
        await up(options, { scope, clock: systemClock, log, metrics, say }).catch((error: unknown) => {
          report(error);
          scope.stop('could not start', 1);
        });
      });
      process.exitCode = code;
    });
};

export const createProgram = (): Command => {
  const program = new Command('medley');
  program.description('Recommendations by many criteria at once, by a deadline.').showHelpAfterError();
  addUp(program);
  return program;
};
