import { createHash } from 'node:crypto';
import type { Clock } from '../contract/clock.ts';

/** One model on its way over HTTP, across several attempts. */
export interface Download {
  /** SHA-256 the server promised, hexadecimal; empty before the first answer. */
  sha256: string;
  chunks: Uint8Array[];
  received: number;
}

export const newDownload = (): Download => ({ sha256: '', chunks: [], received: 0 });

/** Another attempt would end the same way. Blast radius: this look. */
export class FinalDownloadError extends Error {
  override readonly name = 'FinalDownloadError';
}

export interface DownloadOptions {
  clock: Clock;
  fetch: typeof fetch;
  maximumBytes: number;
  /** How long nothing may come before the attempt is given up, ms. */
  silenceMs: number;
}

const promisedOf = (response: Response): string => {
  const sha256 = response.headers.get('etag')?.match(/^(?:W\/)?"([0-9a-f]{64})"$/)?.[1];
  if (sha256 === undefined) throw new FinalDownloadError('the answer has no SHA-256 for its ETag');
  return sha256;
};

const errorOf = (status: number): Error => {
  const message = `the server answered ${status}`;
  return status >= 500 || status === 429 || status === 408 ? new Error(message) : new FinalDownloadError(message);
};

/** Aborts when nothing was heard for `silenceMs`. */
const watchSilence = ({ clock, silenceMs }: DownloadOptions) => {
  const abort = new AbortController();
  let cancel = (): void => {};
  const heard = (): void => {
    cancel();
    cancel = clock.setTimer(silenceMs, () => abort.abort(new Error(`nothing came for ${silenceMs} ms`)));
  };
  heard();
  return { signal: abort.signal, heard, end: () => cancel() };
};

const headersOf = (download: Download, known: string | null): Record<string, string> => {
  if (download.received > 0) {
    return { range: `bytes=${download.received}-`, 'if-range': `"${download.sha256}"` };
  }
  return known === null ? {} : { 'if-none-match': `"${known}"` };
};

const read = async (response: Response, download: Download, options: { maximumBytes: number; heard: () => void }) => {
  const bound = (bytes: number): void => {
    if (bytes > options.maximumBytes) throw new FinalDownloadError(`larger than ${options.maximumBytes} bytes`);
  };
  bound(download.received + Number(response.headers.get('content-length') ?? 0));
  for await (const chunk of response.body ?? []) {
    options.heard();
    bound(download.received + chunk.byteLength);
    download.received += chunk.byteLength;
    download.chunks.push(chunk);
  }
};

/**
 * One attempt. Goes on where the one before broke off if the server lets it, else from the start.
 *
 * `unchanged`: the server has what is known, or nothing (404). `whole`: everything has come.
 *
 * @throws FinalDownloadError when no other attempt would help; any other error is worth one
 */
export const attemptDownload = async (
  url: string,
  known: string | null,
  download: Download,
  options: DownloadOptions,
): Promise<'unchanged' | 'whole'> => {
  const silence = watchSilence(options);
  try {
    const headers = { ...headersOf(download, known), 'accept-encoding': 'identity' };
    const response = await options.fetch(url, { headers, signal: silence.signal });
    if (response.status === 304 || response.status === 404) return 'unchanged';
    if (response.status !== 200 && response.status !== 206) throw errorOf(response.status);
    if (response.status === 200) Object.assign(download, newDownload(), { sha256: promisedOf(response) });
    await read(response, download, { maximumBytes: options.maximumBytes, heard: silence.heard });
    return 'whole';
  } finally {
    silence.end();
  }
};

/**
 * The bytes in shared memory, which threads take as they are.
 *
 * @throws Error when they don't have the SHA-256 that was promised
 */
export const assemble = ({ chunks, received, sha256 }: Download): Uint8Array => {
  const bytes = new Uint8Array(new SharedArrayBuffer(received));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`the bytes have the SHA-256 ${found}, promised was ${sha256}`);
  return bytes;
};
