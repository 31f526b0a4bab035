import { readdirSync, readFileSync } from 'node:fs';
import { mainThread, type StarvationWatch, watchStarvation } from '../../faults/starvation.ts';

/**
 * When this machine kept a process of the drill waiting, where the cluster's nodes are on this machine: else the drill's
 * own process alone is looked at.
 */
const medley = /^node\0(cmd\/(gateway|aggregator|scorer)\0|--input-type=module\0)/;
const refreshMs = 1_000;

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

const processes = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && medley.test(commandOf(name)))
    .map(Number);

export const watchMachine = ({ nodesAreHere }: { nodesAreHere: boolean }): StarvationWatch => {
  let known: readonly string[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;
  return watchStarvation(() => {
    if (nodesAreHere && performance.now() - lookedMs > refreshMs) {
      lookedMs = performance.now();
      known = processes().map(mainThread);
    }
    return [mainThread(process.pid), ...known];
  });
};
