import { type Command, Option } from 'commander';
import { systemClock } from '../runtime/clock.ts';
import { createLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { run } from '../runtime/run.ts';
import { explainError } from './explain-error.ts';
import { brokerUrl, logLevels, port, prefix, repeatable, resourceName, wholeNumber } from './option-parsers.ts';
import type { CommandContext } from './program.ts';
import type { Terminal } from './terminal.ts';
import { type UpOptions, up } from './up.ts';

const defaultPort = 8080;

/** Longer than any role takes to drain, ms. */
const drainMs = 30_000;

const serve = async (options: UpOptions, terminal: Terminal): Promise<number> => {
  const log = createLog({ level: options.logLevel, role: 'medley', process: `medley-${process.pid}` });
  const metrics = createMetrics({ processMetrics: true });
  return run({ log, drainMs }, async (scope) => {
    let failed = false;
    scope.stopping.addEventListener('abort', () => {
      if (!failed) terminal.say('\ndraining: what is open is finished; Ctrl-C again stops at once');
    });
    // Noted first, so let go of last.
    scope.defer('farewell', () => {
      if (!failed) terminal.say('stopped');
    });
    await up(options, { scope, clock: systemClock, log, metrics, terminal }).catch((error: unknown) => {
      if (scope.stopping.aborted) return;
      failed = true;
      terminal.complain(`medley: ${explainError(error)}`);
      scope.stop('could not start', 1);
    });
  });
};

/** `medley up` */
export const addUp = (program: Command, { terminal, exitWith }: CommandContext): void => {
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
    .addOption(repeatable('--resources <path>', 'YAML file or folder of Scorers and Recommenders', 'Webflix'))
    .option('--broker <url>', 'run the roles as processes of their own on this RabbitMQ (amqp://…)', brokerUrl)
    .option('--prefix <name>', 'before every name on the broker', prefix, 'medley')
    .option('--scorers <n>', 'with --broker: processes of each scorer', wholeNumber(1, 64), 2)
    .option('--aggregators <n>', 'with --broker: aggregator processes', wholeNumber(1, 16), 2)
    .option('--host <address>', 'address to serve on', '127.0.0.1')
    .addOption(
      new Option('--port <port>', 'port to serve on; 0 takes a free one')
        .env('PORT')
        .default(defaultPort)
        .argParser(port(defaultPort)),
    )
    .option('--internal-port <port>', 'port of models, metrics and health; 0 takes a free one', port(0), 0)
    .option('--user <id>', 'whose recommendations to print', '1')
    .option('--recommender <name>', 'which recommender to print', resourceName, 'home')
    .option('-k, --k <n>', 'how many items to print', wholeNumber(1, 200), 10)
    .addOption(new Option('--log-level <level>', 'what is logged').choices(logLevels).default('warn'))
    .action(async (options: UpOptions) => exitWith(await serve(options, terminal)));
};
