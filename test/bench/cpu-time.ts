import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second on every machine Node runs on. */
const msPerTick = 10;

/** CPU time some processes have used so far, threads and kernel included, ms; NaN where there is no /proc. */
export const cpuTimeMs = (pids: readonly number[]): number => {
  let ticks = 0;
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command's name, in brackets, may hold spaces; user and kernel time are fields 14 and 15.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      return Number.NaN;
    }
  }
  return ticks * msPerTick;
};
