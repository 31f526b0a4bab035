import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Order, Report, Settings } from './child.ts';
import type { Measured } from './closed-loop.ts';
import { cpuTimeMs } from './cpu-time.ts';

/** The processes of one system: forked, counted, and ended one by one by their own ids. */
export interface Children {
  /** Forks a file of this folder and waits until it is ready. */
  start(file: string, settings: Settings): Promise<Child>;
  /** CPU time of all of them so far, ms; NaN where the system does not tell. */
  cpuMs(): number;
  /** SIGTERM to each, then SIGKILL to each that is still there. */
  end(): Promise<void>;
}

export interface Child {
  /** Where it listens, if it does. */
  port: number | undefined;
  measure(order: Order): Promise<Omit<Measured, 'cpuMs'>>;
}

const readyWithinMs = 20_000;
const endWithinMs = 5_000;

/** The next report of a child. Its listeners go with it, or a long run would pile them up. */
const reportOf = async (child: ChildProcess, what: string, withinMs: number): Promise<Report> => {
  const done = new AbortController();
  const { signal } = done;
  try {
    const [first] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code, by]) => {
        throw new Error(`${what} ended (${by ?? code})`);
      }),
      sleep(withinMs, undefined, { signal }).then(() => {
        throw new Error(`${what} said nothing for ${withinMs} ms`);
      }),
    ])) as [Report];
    return first;
  } finally {
    done.abort();
  }
};

/** @param profileTo a folder that takes a CPU profile of every process, or null */
export const createChildren = (profileTo: string | null): Children => {
  const running = new Set<ChildProcess>();
  const execArgv = [
    '--disable-warning=ExperimentalWarning',
    ...(profileTo === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`]),
  ];

  const start: Children['start'] = async (file, settings) => {
    const what = settings.criterion === '' ? file : `${file} (${settings.criterion})`;
    const named = profileTo === null ? [] : [`--cpu-prof-name=${what.replace(/\W+/g, '-')}-${running.size}.cpuprofile`];
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(settings)], {
      execArgv: [...execArgv, ...named],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const ready = await reportOf(child, what, readyWithinMs);
    return {
      port: ready.kind === 'ready' ? ready.port : undefined,
      async measure(order) {
        child.send(order);
        const report = await reportOf(child, what, order.durationMs + readyWithinMs);
        if (report.kind !== 'measured') throw new Error(`${what} did not measure`);
        return report.measured;
      },
    };
  };

  const endOne = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const outcome = await Promise.race([ended, sleep(endWithinMs, undefined, { ref: false })]);
    if (outcome === undefined) child.kill('SIGKILL');
    await ended;
  };

  return {
    start,
    cpuMs: () => cpuTimeMs([...running].flatMap(({ pid = [] }) => pid)),
    end: async () => void (await Promise.all([...running].map(endOne))),
  };
};
