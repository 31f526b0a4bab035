import type { Verdict } from '../broker/port.ts';

/** A message that is settled once each of its parts is dealt with. */
export interface Hold {
  /** One part is dealt with. */
  release(): void;
}

/** @param parts How many parts wait; with none the message is done at once. */
export const createHold = (parts: number): { hold: Hold; verdict(): Verdict | Promise<Verdict> } => {
  let waiting = parts;
  let settle: ((verdict: Verdict) => void) | undefined;
  return {
    hold: {
      release() {
        waiting -= 1;
        if (waiting === 0) settle?.('ack');
      },
    },
    verdict() {
      if (waiting <= 0) return 'ack';
      return new Promise((resolve) => {
        settle = resolve;
      });
    },
  };
};
