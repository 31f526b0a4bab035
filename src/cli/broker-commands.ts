import { type Command, Option } from 'commander';
import { createNames } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { connectBroker } from './check-surroundings.ts';
import { readDeadLetters, renderDeadLetters } from './dead-letters.ts';
import { brokerUrl, prefix, wholeNumber } from './option-parsers.ts';
import type { CommandContext } from './program.ts';
import type { Terminal } from './terminal.ts';

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
