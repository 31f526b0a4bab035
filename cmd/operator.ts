/** An operator process; src/operator/operator-env.ts lists what it reads from the environment. */
import { hostname } from 'node:os';
import { InvalidInputError } from '../src/contract/errors.ts';
import { parseOperatorEnv } from '../src/operator/operator-env.ts';
import { runOperatorProcess } from '../src/operator/operator-process.ts';
import { endWithParent } from '../src/runtime/parent-pipe.ts';

try {
  endWithParent();
  await runOperatorProcess(parseOperatorEnv(process.env, { host: hostname(), pid: process.pid }));
} catch (cause) {
  if (!(cause instanceof InvalidInputError)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
