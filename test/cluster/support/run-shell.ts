import type { Cluster } from './cluster.ts';
import { runProgram } from './run-program.ts';

/**
 * Commands as a page has them, by a shell that has the tests' kubectl and helm and stops at the first that fails.
 *
 * @throws ProgramFailedError
 */
export const runShell = (
  cluster: Cluster,
  commands: string,
  { folder, timeoutMs }: { folder: string; timeoutMs: number },
): Promise<string> => {
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig, PATH: `${cluster.tools}:${process.env.PATH}` };
  return runProgram('bash', ['-euo', 'pipefail', '-c', `cd "$0"\n${commands}`, folder], { env, timeoutMs });
};
