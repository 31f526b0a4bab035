/** The queue of one scorer of the naive scatter-gather. */
export const naiveQueue = (prefix: string, criterion: string): string => `${prefix}.naive.${criterion}`;
