import type { Settings } from './child.ts';

/** The queue of one scorer of the naive scatter-gather. */
export const naiveQueue = (prefix: string, criterion: string): string => `${prefix}.naive.${criterion}`;

/**
 * `tutorial`: as RabbitMQ's own tutorial on RPC (number six, JavaScript) writes it, and most code modelled on it: one
 * message at a time to each worker, each acknowledged, replies taken without acknowledging them. `tuned`: with a prefetch,
 * which people add when that is too slow.
 *
 * In one thing both are kinder than the tutorial: `noDelay`, without which Nagle's algorithm and not the design would be
 * measured (40 ms for every message; some 20 answers a second).
 */
export const naivePrefetch = { tutorial: 1, tuned: 64 } as const satisfies Record<Settings['style'], number>;
