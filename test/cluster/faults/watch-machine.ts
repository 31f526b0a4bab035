import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mainThread, type StarvationWatch, watchStarvation } from '../../faults/starvation.ts';

/**
 * When this machine kept a process of the drill waiting, where the cluster's nodes are on this machine: else the drill's
 * own process alone is looked at. Broker and database count like Medley's own: a broker that is not let run answers nobody.
 */
const medley = /^node\0(cmd\/(gateway|aggregator|scorer)\0|--input-type=module\0)/;
const database = /^postgres: \S+ \S+ [\d.]+\(/;
const broker = /^\S*beam\.smp\0/;
/** Of the broker's threads those that run its work. */
const scheduler = /^(erts_sched_\d+|\d+_scheduler)\n/;
const refreshMs = 1_000;

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
const networkOf = (process: string): string => {
  try {
    return readlinkSync(`${process}/ns/net`);
  } catch {
    return '';
  }
};
const tasksOf = (process: string): readonly string[] => {
  try {
    return readdirSync(`${process}/task`).map((thread) => `${process}/task/${thread}`);
  } catch {
    return [];
  }
};

const schedulersOf = new Map<string, readonly string[]>();
/** A broker of this machine that is in no pod serves tests, and not the drill. */
const isInPod = (process: string): boolean => networkOf(process) !== networkOf('/proc/self');

const threadsOf = (process: string): readonly string[] => {
  const command = textOf(`${process}/cmdline`);
  if (medley.test(command) || database.test(command)) return [process];
  if (!broker.test(command) || !isInPod(process)) return [];
  let found = schedulersOf.get(process);
  if (found === undefined) {
    found = tasksOf(process).filter((thread) => scheduler.test(textOf(`${thread}/comm`)));
    if (found.length > 0) schedulersOf.set(process, found);
  }
  return found;
};

export const watchMachine = ({ nodesAreHere }: { nodesAreHere: boolean }): StarvationWatch => {
  let known: readonly string[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;
  return watchStarvation(() => {
    if (nodesAreHere && performance.now() - lookedMs > refreshMs) {
      lookedMs = performance.now();
      known = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => threadsOf(`/proc/${name}`));
    }
    return [mainThread(process.pid), ...known];
  });
};
