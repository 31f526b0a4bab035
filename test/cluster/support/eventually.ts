import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for what takes a cluster some time: asks until the answer is neither undefined, null nor false, and gives it back.
 *
 * An error counts as "not yet" and is told when time is up, with what `trouble` finds then.
 *
 * @example await eventually('the scorer is ready', async () => (await readyOf('history')) >= 1);
 */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | undefined | null | false>,
  {
    timeoutMs = 60_000,
    everyMs = 250,
    trouble = async () => '',
  }: { timeoutMs?: number; everyMs?: number; trouble?: () => Promise<string> } = {},
): Promise<T> => {
  const giveUpAtMs = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      cause = error;
      return undefined;
    });
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (performance.now() > giveUpAtMs) {
      throw new Error(`waited ${timeoutMs} ms in vain: ${what}\n${await trouble()}`, { cause });
    }
    await sleep(everyMs);
  }
};
