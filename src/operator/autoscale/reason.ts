import { isWanted, type Load } from './wanted.ts';

/** What a decision says of itself, for people who read `kubectl describe scorer`. Pure. */
export type Move =
  | { kind: 'stay' }
  | { kind: 'go'; to: number }
  /** It would go down, and waits for the stabilisation window or, to zero, for the quiet time. */
  | { kind: 'wait'; seconds: number }
  /** Not everything is known that would be needed to go down. */
  | { kind: 'hold'; unknown: string };

const round = (value: number): string => (value >= 10 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1));

/** What makes demand unknown, in words. */
export const unknowns = {
  offered: 'no gateway has told what is offered',
  gateway: 'a gateway has fallen silent',
  backlog: 'the broker has not told what waits',
} as const;

/** What is not known of a load, in words; null: nothing that matters. */
export const unknownOf = (load: Load, isWhole: boolean): string | null => {
  if (load.offeredPerSecond === null) return unknowns.offered;
  if (!isWhole) return unknowns.gateway;
  if (load.backlog === null) return unknowns.backlog;
  return load.serviceMs === null && isWanted(load) ? 'no request was measured yet' : null;
};

const factsOf = ({ offeredPerSecond, backlog, serviceMs }: Load): string => {
  const facts = [
    backlog === null ? 'backlog unknown' : `backlog ${round(backlog.interactive + backlog.durable)}`,
    offeredPerSecond === null ? 'offered unknown' : `${round(offeredPerSecond)}/s offered`,
    ...(serviceMs === null ? [] : [`${round(serviceMs)} ms each`]),
  ];
  return facts.join(', ');
};

const tailOf = (move: Move): string => {
  switch (move.kind) {
    case 'go':
      return `: goes to ${move.to}`;
    case 'wait':
      return `: goes down in ${Math.ceil(move.seconds)} s unless more is wanted`;
    case 'hold':
      return `: stays, ${move.unknown}`;
    default:
      return '';
  }
};

/**
 * @param counts.unbounded what the load wants without bounds, where a bound holds it; else as `wanted`
 * @example "backlog 412, 0/s offered, 38 ms each, wants 6, has 3: goes to 6"
 */
export const reasonOf = (
  load: Load,
  counts: { unbounded: number; wanted: number; has: number },
  move: Move,
): string => {
  const { unbounded, wanted, has } = counts;
  const bound = unbounded > wanted ? ` (at most ${wanted})` : '';
  return `${factsOf(load)}, wants ${Math.max(unbounded, wanted)}${bound}, has ${has}${tailOf(move)}`;
};
