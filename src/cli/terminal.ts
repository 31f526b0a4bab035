import { styleText } from 'node:util';

/** How text is set off where a person reads it; elsewhere it is left as it is. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
}

/** Where a command speaks: results to standard output, everything else to standard error. */
export interface Terminal {
  say(line: string): void;
  complain(line: string): void;
  /** One line that each call writes over the last; null wipes it. Nothing where no person watches. */
  progress(line: string | null): void;
  /** Width of the lines it says. */
  columns: number;
  style: Style;
}

/** As much of a stream of the process as is needed here. */
export interface Stream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  hasColors?(): boolean;
}

/** Width where no terminal tells its own: what a log or a page shows without wrapping. */
export const defaultColumns = 120;

export const plainStyle: Style = { bold: (text) => text, dim: (text) => text };

const colourful: Style = {
  bold: (text) => styleText('bold', text, { validateStream: false }),
  dim: (text) => styleText('dim', text, { validateStream: false }),
};

const wipe = '\r\u001b[K';

/** The streams of a process; `hasColors` of node heeds NO_COLOR, FORCE_COLOR and TERM. */
export const createTerminal = (streams: { stdout: Stream; stderr: Stream }): Terminal => {
  const { stdout, stderr } = streams;
  const isWatched = stderr.isTTY === true;
  let shown = false;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error) => {
      // The reader has gone, as `head` does: there is nobody left to tell.
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const clear = (): void => {
    if (shown) stderr.write(wipe);
    shown = false;
  };
  return {
    say(line) {
      clear();
      stdout.write(`${line}\n`);
    },
    complain(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    progress(line) {
      if (!isWatched) return;
      clear();
      if (line === null) return;
      const room = (stderr.columns ?? defaultColumns) - 1;
      stderr.write([...line].slice(0, room).join(''));
      shown = true;
    },
    columns: stdout.isTTY === true ? (stdout.columns ?? defaultColumns) : defaultColumns,
    style: stdout.isTTY === true && stdout.hasColors?.() === true ? colourful : plainStyle,
  };
};
