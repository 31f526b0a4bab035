import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../runtime/log.ts';
import type { ModelStore } from '../store/port.ts';

const address = /^\/internal\/models\/([a-z0-9][-a-z0-9]{0,62})$/;

const matches = (request: IncomingMessage, etag: string): boolean =>
  (request.headers['if-none-match'] ?? '').split(',').some((one) => one.trim() === etag);

/** Where a download that broke off goes on; 0: from the start, also when there is a newer version by now. */
const resumedFrom = (request: IncomingMessage, model: { sha256: string; bytes: Uint8Array }): number => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const same = request.headers['if-range'] === `"${model.sha256}"`;
  return same && from < model.bytes.byteLength ? from : 0;
};

type Models = Pick<ModelStore, 'latest' | 'latestVersion'>;

const send = async (
  models: Models,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const known = await models.latestVersion(name);
  if (known !== null && matches(request, `"${known.sha256}"`)) {
    response.writeHead(304, { etag: `"${known.sha256}"` }).end();
    return;
  }
  const model = known === null ? null : await models.latest(name);
  if (model === null) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`no model ${name} was published\n`);
    return;
  }
  const from = resumedFrom(request, model);
  const size = model.bytes.byteLength;
  response.writeHead(from === 0 ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': size - from,
    'accept-ranges': 'bytes',
    etag: `"${model.sha256}"`,
    ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${size - 1}/${size}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : model.bytes.subarray(from));
};

/**
 * `GET /internal/models/{name}`: the newest version of a model for scorers, which hold no database driver.
 *
 * The ETag is the SHA-256 of the bytes, so a scorer that asks again with `If-None-Match` gets 304 until there is news; a broken
 * download goes on with `Range` and `If-Range`.
 */
export const createModelEndpoint =
  (options: { models: Models; log: Log }) =>
  async (path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const name = address.exec(path)?.[1];
    if (name === undefined) return false;
    try {
      await send(options.models, name, request, response);
    } catch (error) {
      options.log.warn({ event: 'model-not-served', model: name, err: error }, 'the store did not give the model');
      if (!response.headersSent) response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' });
      response.end();
    }
    return true;
  };
