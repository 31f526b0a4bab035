/** The command line: `medley up`, `medley --help`. */
import { runCommand } from '../src/cli/program.ts';
import { createTerminal } from '../src/cli/terminal.ts';

process.exitCode = await runCommand(process.argv.slice(2), createTerminal(process));
