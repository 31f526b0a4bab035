import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { createNames } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { connectBroker } from './check-surroundings.ts';
import { readDeadLetters, renderDeadLetters } from './dead-letters.ts';
import { brokerUrl, prefix, resourceName, wholeNumber } from './option-parsers.ts';
import type { CommandContext } from './program.ts';
import type { Terminal } from './terminal.ts';
import { renderSummary, renderVerdict } from './verify-scorer/render-verdicts.ts';
import { readSamples } from './verify-scorer/sample-requests.ts';
import { type CheckResult, type VerifyOptions, verifyScorer } from './verify-scorer/verify-scorer.ts';

interface DeadLetterOptions {
  broker: string;
  prefix: string;
  number: number;
  json: boolean;
}

const brokerOption = (): Option =>
  new Option('--broker <url>', 'the RabbitMQ (amqp://…)').argParser(brokerUrl).makeOptionMandatory();
const prefixOption = (): Option =>
  new Option('--prefix <name>', 'before every name on the broker').argParser(prefix).default('medley');

const takeDeadLetters = async (options: DeadLetterOptions, keep: boolean, terminal: Terminal): Promise<void> => {
  const broker = await connectBroker(options.broker, { clock: systemClock, terminal });
  try {
    const names = createNames(options.prefix);
    const letters = await readDeadLetters(broker, names, { count: options.number, keep, clock: systemClock });
    if (options.json) terminal.say(JSON.stringify(letters, null, 2));
    else if (letters.length === 0) terminal.say('nothing was set aside');
    else terminal.say(renderDeadLetters(letters, terminal.style));
    if (!keep && !options.json) terminal.say(`${letters.length} dropped`);
  } finally {
    await broker.close();
  }
};

/** `medley dlq show`, `medley dlq drop` */
export const addDeadLetters = (program: Command, { terminal }: CommandContext): void => {
  const group = program.command('dlq').description('messages that were set aside because they were malformed');
  const add = (name: string, description: string, number: { default: number; of: string }, keep: boolean): void => {
    group
      .command(name)
      .description(description)
      .addOption(brokerOption())
      .addOption(prefixOption())
      .option('-n, --number <n>', number.of, wholeNumber(1, 10_000), number.default)
      .option('--json', 'as JSON', false)
      .action((options: DeadLetterOptions) => takeDeadLetters(options, keep, terminal));
  };
  add('show', 'look at the oldest ones; they stay', { default: 20, of: 'how many at most' }, true);
  add('drop', 'drop the oldest ones, and show what they were', { default: 1, of: 'how many' }, false);
};

interface VerifyFlags extends Omit<VerifyOptions, 'samples'> {
  request: string | undefined;
  json: boolean;
}

const verify = async ({ request, json, ...options }: VerifyFlags, terminal: Terminal): Promise<boolean> => {
  const samples = request === undefined ? [{}] : await readSamples(request);
  const context = { clock: systemClock, randomId: () => randomBytes(16).toString('hex'), terminal };
  const results: CheckResult[] = [];
  for await (const result of verifyScorer({ ...options, samples }, context)) {
    results.push(result);
    if (!json) terminal.say(renderVerdict(result, terminal.style));
  }
  terminal.say(json ? JSON.stringify(results, null, 2) : `\n${renderSummary(results)}`);
  return results.every((one) => one.outcome !== 'fail');
};

/** `medley verify-scorer` */
export const addVerifyScorer = (program: Command, { terminal, exitWith }: CommandContext): void => {
  program
    .command('verify-scorer')
    .description(
      'hold a scorer in any language against the contract, on a real RabbitMQ; exit code 1 where a check fails',
    )
    .addOption(brokerOption())
    .requiredOption('--criterion <name>', 'the criterion it judges by', resourceName)
    .option(
      '--command <line>',
      'start it by this shell line, with MEDLEY_AMQP_URL, MEDLEY_PREFIX and MEDLEY_CRITERION set; else one that runs already is checked, as far as that goes',
    )
    .addOption(
      new Option(
        '--prefix <name>',
        'before every name of the installation it runs in, where it runs already (default: medley)',
      )
        .argParser(prefix)
        .conflicts('command'),
    )
    .option('--request <file>', 'JSON: a request it can answer, or a list of them; fields left out are generic')
    .option('--patience-ms <ms>', 'how long an answer may take', wholeNumber(100, 600_000), 10_000)
    .option('--verbose', 'show what the scorer itself prints', false)
    .option('--json', 'the results as JSON', false)
    .action(async (flags: VerifyFlags) => {
      if (!(await verify(flags, terminal))) exitWith(1);
    });
};
