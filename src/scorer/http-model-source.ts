import type { Clock } from '../contract/clock.ts';
import { assemble, attemptDownload, FinalDownloadError, newDownload } from './model-download.ts';
import { type ModelSource, ModelUnavailableError, type ModelVersion } from './model-source.ts';

export interface HttpModelSourceOptions {
  /** The gateway's internal address; models are at `{baseUrl}/internal/models/{name}`. */
  baseUrl: string;
  clock: Clock;
  /** Most bytes of one model; default 1 GiB. */
  maximumBytes?: number;
  /** Attempts of one look; default 4. */
  attempts?: number;
  /** Before the second attempt, ms; doubles before each further one; default 250. */
  firstPauseMs?: number;
  /** How long nothing may come before an attempt is given up, ms; default 10,000. */
  silenceMs?: number;
  fetch?: typeof fetch;
}

const sentenceOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
};

/**
 * Models over HTTP. The version is the SHA-256 in the ETag; asking with it costs a 304 when there is nothing new.
 *
 * A broken download is resumed, and only bytes that have the promised SHA-256 are handed out. 404 is nothing yet.
 */
export const createHttpModelSource = (options: HttpModelSourceOptions): ModelSource => {
  const { clock, maximumBytes = 2 ** 30, attempts = 4, firstPauseMs = 250, silenceMs = 10_000 } = options;
  const base = options.baseUrl.replace(/\/+$/, '');
  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));

  return {
    async latest(name, known): Promise<ModelVersion | null> {
      const url = `${base}/internal/models/${encodeURIComponent(name)}`;
      let download = newDownload();
      for (let attempt = 1; ; attempt += 1) {
        try {
          const how = { clock, maximumBytes, silenceMs, fetch: options.fetch ?? fetch };
          if ((await attemptDownload(url, known, download, how)) === 'unchanged') return null;
          const whole = download;
          download = newDownload();
          return { version: whole.sha256, bytes: assemble(whole) };
        } catch (cause) {
          if (cause instanceof FinalDownloadError || attempt >= attempts) {
            throw new ModelUnavailableError(`${url}: ${sentenceOf(cause)}`, { cause });
          }
          await pause(firstPauseMs * 2 ** (attempt - 1));
        }
      }
    },
  };
};
