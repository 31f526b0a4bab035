/** An aggregator process; src/aggregator/aggregator-env.ts lists what it reads from the environment. */
import { hostname } from 'node:os';
import { parseAggregatorEnv } from '../src/aggregator/aggregator-env.ts';
import { runAggregatorProcess } from '../src/aggregator/aggregator-process.ts';
import { InvalidInputError } from '../src/contract/errors.ts';
import { endWithParent } from '../src/runtime/parent-pipe.ts';

try {
  endWithParent();
  await runAggregatorProcess(parseAggregatorEnv(process.env, { host: hostname(), pid: process.pid }));
} catch (cause) {
  if (!(cause instanceof InvalidInputError)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
