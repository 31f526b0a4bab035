import type { Load, Measured, Users } from './closed-loop.ts';
import type { Scoring } from './four-scorers.ts';

/**
 * The talk between the bench and the processes it forks.
 *
 * A child gets its settings as its first argument, says `ready`, and ends in order on SIGTERM or when the bench is gone.
 */

/** What every child is told. */
export interface Settings {
  amqpUrl: string;
  /** Of the names of every queue and exchange of this run. */
  prefix: string;
  /** Scorers: which of the four criteria. */
  criterion: string;
  /** Callers over HTTP: the ports of the four scorers, in the order of the criteria. */
  ports: readonly number[];
  /** Scorers of Medley: where scoring runs. */
  engine: 'inline' | 'threads';
  /** Scorers: whether lists are worked out for each question or taken from a table. */
  scoring: Scoring;
  /** Naive: written as the tutorials do, or with what people add when that is too slow. */
  style: 'tutorial' | 'tuned';
}

export type Order = Load & { users: Users };
export type Report = { kind: 'ready'; port?: number } | { kind: 'measured'; measured: Omit<Measured, 'cpuMs'> };

const tell = (report: Report): void => {
  process.send?.(report);
};

export const readSettings = (): Settings => JSON.parse(process.argv[2] ?? '{}') as Settings;

/** Ends this process once `stop` is through. */
const endWith = (stop: () => Promise<void>): void => {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void stop().finally(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('disconnect', end);
};

/** A scorer process: ready, with the port it listens on where it does. */
export const serveAsChild = (stop: () => Promise<void>, port?: number): void => {
  endWith(stop);
  tell(port === undefined ? { kind: 'ready' } : { kind: 'ready', port });
};

/** A caller process: measures whenever it is told to. */
export const measureAsChild = (
  measure: (order: Order) => Promise<Omit<Measured, 'cpuMs'>>,
  stop: () => Promise<void>,
): void => {
  endWith(stop);
  process.on('message', (order: Order) => {
    void measure(order).then((measured) => tell({ kind: 'measured', measured }));
  });
  tell({ kind: 'ready' });
};
