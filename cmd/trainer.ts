/** A trainer process: fits once, then ends; src/trainer/trainer-env.ts lists what it reads from the environment. */
import { hostname } from 'node:os';
import { InvalidInputError } from '../src/contract/errors.ts';
import { endWithParent } from '../src/runtime/parent-pipe.ts';
import { parseTrainerEnv } from '../src/trainer/trainer-env.ts';
import { runTrainerProcess } from '../src/trainer/trainer-process.ts';

try {
  endWithParent();
  await runTrainerProcess(parseTrainerEnv(process.env), `${hostname()}-${process.pid}`);
} catch (cause) {
  if (!(cause instanceof InvalidInputError)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
