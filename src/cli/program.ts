import { Command, CommanderError } from 'commander';
import { addRecommend } from './ask-commands.ts';
import { addDeadLetters, addVerifyScorer } from './broker-commands.ts';
import { addCluster } from './cluster-commands.ts';
import { addImport, addTrain } from './data-commands.ts';
import { addEvaluate } from './evaluate-commands.ts';
import { explainError } from './explain-error.ts';
import type { Terminal } from './terminal.ts';
import { addTune } from './tune-commands.ts';
import { addUp } from './up-command.ts';

/** The `medley` command: options are parsed here and in the `…-command(s)` files, and nowhere else. */
export interface CommandContext {
  terminal: Terminal;
  /** The exit code of a command that came to its end, where it is not 0. */
  exitWith(code: number): void;
}

const addEach: readonly ((program: Command, context: CommandContext) => void)[] = [
  addUp,
  addImport,
  addTrain,
  addEvaluate,
  addTune,
  addRecommend,
  addDeadLetters,
  addVerifyScorer,
  addCluster,
];

/** A person who made a mistake is pointed at the help, which would push the mistake off the screen. */
const pointAtHelp = (command: Command, path: string): void => {
  command.showHelpAfterError(`(${path} --help says what there is)`);
  for (const one of command.commands) pointAtHelp(one, `${path} ${one.name()}`);
};

export const createProgram = (context: CommandContext): Command => {
  const { terminal } = context;
  const program = new Command('medley')
    .description('Recommendations by many criteria at once, by a deadline.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.say(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
    });
  for (const add of addEach) add(program, context);
  pointAtHelp(program, 'medley');
  return program;
};

/**
 * Runs one command. Resolves with the exit code: 1 for bad options, input or surroundings, each said as a sentence.
 *
 * @param args what follows `medley`
 */
export const runCommand = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  let code = 0;
  const exitWith = (wanted: number): void => {
    code = wanted;
  };
  try {
    await createProgram({ terminal, exitWith }).parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode;
    terminal.complain(`medley: ${explainError(error)}`);
    return 1;
  }
  return code;
};
