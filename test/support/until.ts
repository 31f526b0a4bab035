import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds, asking again and again; fails with `what` in its message after `timeoutMs`. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> => {
  const giveUpAtMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAtMs) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await sleep(5);
  }
};
