import { type Logger, pino } from 'pino';

/** The logger every room is handed: one event per line, stable keys, no user ids at info level. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** JSON lines on standard error; standard output belongs to what a command prints. */
export const createLog = (options: { level: string; role: string; process: string }): Logger =>
  pino(
    { level: options.level, base: { role: options.role, process: options.process } },
    pino.destination({ fd: 2, sync: true }),
  );

/** For tests and tools that want silence. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
