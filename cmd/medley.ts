/** The command line: `medley up`, `medley --help`. */
import { createProgram } from '../src/cli/program.ts';

await createProgram().parseAsync();
