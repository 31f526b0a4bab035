import { plainStyle, type Terminal } from '../../src/cli/terminal.ts';

/** A terminal nobody watches, that remembers what was said. */
export interface QuietTerminal extends Terminal {
  said: string[];
  complaints: string[];
  /** Every progress line, null where it was wiped. */
  shown: (string | null)[];
}

export const createQuietTerminal = (columns = 120): QuietTerminal => {
  const said: string[] = [];
  const complaints: string[] = [];
  const shown: (string | null)[] = [];
  return {
    said,
    complaints,
    shown,
    say: (line) => void said.push(line),
    complain: (line) => void complaints.push(line),
    progress: (line) => void shown.push(line),
    columns,
    style: plainStyle,
  };
};
