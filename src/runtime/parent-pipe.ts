import { Socket } from 'node:net';
import { InvalidInputError } from '../contract/errors.ts';

/** Names the file descriptor of a pipe whose other end the parent holds, and nobody else. */
export const parentPipeVariable = 'MEDLEY_PARENT_PIPE';

/** What is needed of the process. */
export interface PipedProcess {
  env: Record<string, string | undefined>;
  pid: number;
  kill(pid: number, signal: 'SIGTERM'): unknown;
}

const openPipe = (fd: number): Socket | null => {
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch {
    return null;
  }
};

/**
 * Lets this process end with the one that started it, even where that is killed: the pipe closes, and this process gets a
 * SIGTERM and drains. Does nothing where no parent gave a pipe; keeps no process alive.
 *
 * @throws InvalidInputError where the variable names no pipe
 */
export const endWithParent = (host: PipedProcess = process): void => {
  const text = host.env[parentPipeVariable];
  if (text === undefined || text === '') return;
  // Not for the children of this process: they inherit the name, and not the pipe.
  delete host.env[parentPipeVariable];
  const pipe = openPipe(Number(text));
  if (pipe === null) throw new InvalidInputError('The environment', [`${parentPipeVariable} names no pipe`]);
  pipe.once('error', () => undefined);
  pipe.once('close', () => host.kill(host.pid, 'SIGTERM'));
  pipe.resume().unref();
};
