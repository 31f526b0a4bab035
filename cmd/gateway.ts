/** A gateway process; src/gateway/gateway-env.ts lists what it reads from the environment. */
import { hostname } from 'node:os';
import { InvalidInputError } from '../src/contract/errors.ts';
import { parseGatewayEnv } from '../src/gateway/gateway-env.ts';
import { runGatewayProcess } from '../src/gateway/gateway-process.ts';
import { endWithParent } from '../src/runtime/parent-pipe.ts';

try {
  endWithParent();
  await runGatewayProcess(parseGatewayEnv(process.env, `${hostname()}-${process.pid}`));
} catch (cause) {
  if (!(cause instanceof InvalidInputError)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
