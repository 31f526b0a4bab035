/** docs/cli.md, from the commands and options as commander has them. Pure. */
import type { Argument, Command, Option } from 'commander';
import { createProgram } from '../src/cli/program.ts';
import { plainStyle } from '../src/cli/terminal.ts';

/** One way to call each command; a test holds every command against this list, and every call against its command. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  up: [
    'medley up',
    'medley up --data ml-latest-small --user 17',
    'medley up --broker amqp://guest:guest@127.0.0.1:5672 --scorers 4',
    'medley up --resources examples/notebook-weight/medley.yaml --broker amqp://guest:guest@127.0.0.1:5672',
  ],
  'import movielens': ['medley import movielens ml-latest-small --strict'],
  'import demo': ['medley import demo --store demo.sqlite'],
  'import files': ['medley import files --items films.csv --events watched.jsonl --store mine.sqlite'],
  train: ['medley train', 'medley train --store mine.sqlite --only history --only genres'],
  evaluate: [
    'medley evaluate --data ml-latest-small --quick',
    'medley evaluate --data ml-latest-small --html report.html',
  ],
  tune: ['medley tune --data ml-latest-small --protocol a-random --least genres=0.05 --write recommenders.yaml'],
  recommend: [
    'medley recommend 17 --genres Sci-Fi,Horror -k 5',
    'medley recommend --session 12,40 --deadline-ms 100',
    'medley recommend --item 12 --json',
    'medley recommend 1 --url http://127.0.0.1:8080 --until-whole 60',
  ],
  'dlq show': ['medley dlq show --broker amqp://guest:guest@127.0.0.1:5672'],
  'dlq drop': ['medley dlq drop --broker amqp://guest:guest@127.0.0.1:5672 --number 3'],
  'verify-scorer': [
    "medley verify-scorer --broker amqp://guest:guest@127.0.0.1:5672 --criterion hardware --command 'sh hardware.sh' --request request.json",
  ],
  'cluster secrets': [
    `medley cluster secrets --namespace webflix --instance medley --make '{"medley-database":["password"]}'`,
  ],
  'cluster strip': ['medley cluster strip --namespace webflix'],
  'cluster clean': ['medley cluster clean --namespace webflix configmap/medley-plans lease/medley-operator'],
};

/** What is worth knowing of a command besides its options. */
const notes: Readonly<Record<string, string>> = {
  up: `Without \`--broker\` every role runs in this one process and messages live in it; with it, each role is a process of
its own, started again when it dies. Ctrl-C drains: what is open is finished, then gateway, aggregators and scorers end in
this order. A second Ctrl-C stops at once. However this process ends, its children end with it.

The demo is loaded into an empty store alone; \`npm start -- OPTIONS\` is this command.`,
  'import movielens': 'A second import adds nothing, and one that was cut short is completed.',
  'import files': `Csv has a header of the contract's field names, with lists set apart by \`|\`; jsonl has one object of the contract
a line. A bad line is left out and named; where more than half are bad, the import is given up.`,
  train: `Exit code 1 where a fit failed; what it had published before stays in force.`,
  evaluate: 'What the rows and metrics mean: [evaluation](evaluation.md).',
  tune: 'How it searches, and what sets of weights are: [evaluation](evaluation.md).',
  recommend: `Exactly one subject: a user, \`--session\` or \`--item\`; an item may come with a user.`,
  'dlq show': 'Each message that is looked at goes to the end of the queue, so the next look begins with others.',
  'verify-scorer': `A line for each rule of [the protocol](protocol.md): \`PASS\`, \`FAIL\` or \`SKIP\`, with the reason. With \`--command\`
the scorer is started under a prefix of its own, killed, stopped and started again, and nothing is left behind on the broker.
Without it, one that runs already is checked as far as that goes, and the malformed messages it was sent stay among its dead
letters.`,
};

const nowhere = (): void => undefined;

/** The command line without a terminal. */
export const silentProgram = (): Command => {
  const terminal = { say: nowhere, complain: nowhere, progress: nowhere, columns: 120, style: plainStyle };
  return createProgram({ terminal, exitWith: nowhere });
};

/** Every command that does something, by what is typed after `medley`. */
export const commandsOf = (program: Command): ReadonlyMap<string, Command> => {
  const found = new Map<string, Command>();
  const walk = (command: Command, path: readonly string[]): void => {
    if (command.commands.length === 0) found.set(path.join(' '), command);
    for (const one of command.commands) walk(one, [...path, one.name()]);
  };
  walk(program, []);
  return found;
};

const escaped = (text: string): string => text.replaceAll('|', '\\|');

/** Where there is no value to show, a description ends with `(default: …)`. */
const saidDefault = / \(default: (.*)\)$/;

const defaultOf = ({ defaultValue, defaultValueDescription, mandatory, description }: Option): string => {
  if (mandatory) return 'required';
  if (defaultValueDescription !== undefined) return escaped(defaultValueDescription);
  const said = saidDefault.exec(description)?.[1];
  if (said !== undefined) return escaped(said);
  if (defaultValue === undefined || defaultValue === false) return '';
  return Array.isArray(defaultValue) && defaultValue.length === 0 ? '' : `\`${defaultValue}\``;
};

const optionRow = (option: Option): string => {
  const { flags, description, argChoices, envVar } = option;
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  const from = envVar === undefined ? '' : ` (or \`${envVar}\`)`;
  const says = escaped(description.replace(saidDefault, ''));
  return `| \`${escaped(flags)}\` | ${says}${choices}${from} | ${defaultOf(option)} |`;
};

const argumentRow = (argument: Argument): string =>
  `| \`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\` | ${escaped(argument.description)} | ${argument.required ? 'required' : ''} |`;

const section = (path: string, command: Command): string => {
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)];
  const calls = (examples[path] ?? []).join('\n');
  const note = notes[path];
  const sentence = command.description();
  return [
    `## medley ${path}`,
    `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
    `\`\`\`sh\n${calls}\n\`\`\``,
    ['| option | what it does | default |', '|---|---|---|', ...rows].join('\n'),
    ...(note === undefined ? [] : [note]),
  ].join('\n\n');
};

const head = `<!-- Generated by scripts/generate.ts from the commands in src/cli. -->
# The command line

\`npx medley\` in this folder runs it under the project's own Node; \`npx medley COMMAND --help\` says what this page says. Results
go to standard output, progress, logs and complaints to standard error. Colours are for terminals alone, and \`NO_COLOR\` turns
them off.

Exit code 0: done. 1: a bad option, bad input or something around it (a port that is taken, a broker that is not there), each
said as a sentence. 130: a second Ctrl-C.`;

export const cliPage = (): string =>
  `${[head, ...[...commandsOf(silentProgram())].map(([path, command]) => section(path, command))].join('\n\n')}\n`;
