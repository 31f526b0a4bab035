import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../runtime/clock.ts';
import { createHttpModelSource, type HttpModelSourceOptions } from './http-model-source.ts';
import { ModelUnavailableError } from './model-source.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const bytes = Buffer.from('the facts of two hundred films');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const etag = `"${sha256}"`;

/** Each request is answered by the next listener, the last one again and again. */
const setUp = async (listeners: readonly RequestListener[], options: Partial<HttpModelSourceOptions> = {}) => {
  const asked: { url: string | undefined; range: string | undefined; known: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const listener = listeners[Math.min(asked.length, listeners.length - 1)];
    asked.push({ url: request.url, range: request.headers.range, known: request.headers['if-none-match'] });
    listener?.(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const source = createHttpModelSource({ baseUrl, clock: systemClock, firstPauseMs: 1, ...options });
  return { source, asked };
};

const whole: RequestListener = (_, response) => response.writeHead(200, { etag }).end(bytes);
const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code).end();

/** Sends the first ten bytes and breaks off. */
const broken: RequestListener = (_, response) => {
  response.writeHead(200, { etag, 'content-length': bytes.length });
  response.write(bytes.subarray(0, 10), () => response.destroy());
};

describe('models over HTTP', () => {
  test('come with their SHA-256 as version, in memory that threads can share', async () => {
    const { source, asked } = await setUp([whole]);
    const found = await source.latest('item space', null);
    expect(found?.version).toBe(sha256);
    expect(Buffer.from(found?.bytes ?? []).toString()).toBe(bytes.toString());
    expect(found?.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(asked).toEqual([{ url: '/internal/models/item%20space', range: undefined, known: undefined }]);
  });

  test.each([
    ['unchanged', 304],
    ['not published yet', 404],
  ])('are null when %s', async (_, code) => {
    const { source, asked } = await setUp([status(code)]);
    expect(await source.latest('facts', sha256)).toBeNull();
    expect(asked).toMatchObject([{ known: etag }]);
  });

  test('are tried again after a fault of the server', async () => {
    const { source, asked } = await setUp([status(503), status(500), whole]);
    expect((await source.latest('facts', null))?.version).toBe(sha256);
    expect(asked).toHaveLength(3);
  });

  test('go on where they broke off, when the server lets them', async () => {
    const rest: RequestListener = (_, response) =>
      response
        .writeHead(206, { etag, 'content-range': `bytes 10-${bytes.length - 1}/${bytes.length}` })
        .end(bytes.subarray(10));
    const { source, asked } = await setUp([broken, rest]);
    expect(Buffer.from((await source.latest('facts', null))?.bytes ?? []).toString()).toBe(bytes.toString());
    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=10-']);
  });

  test('begin anew when the server sends the whole again', async () => {
    const { source } = await setUp([broken, whole]);
    expect((await source.latest('facts', null))?.bytes).toHaveLength(bytes.length);
  });

  test('are never handed out when the bytes are not the promised ones', async () => {
    const { source, asked } = await setUp([(_, response) => response.writeHead(200, { etag }).end('something else')]);
    await expect(source.latest('facts', null)).rejects.toThrow(/promised was/);
    expect(asked).toHaveLength(4);
  });

  const flood: RequestListener = (_, response) => {
    response.writeHead(200, { etag }).write(bytes);
    response.end(bytes);
  };
  const silence: RequestListener = (_, response) => void response.writeHead(200, { etag }).write('the');

  test.each([
    { when: 'the server refuses', listener: status(403), message: /answered 403/ },
    {
      when: 'there is no SHA-256',
      listener: ((_, response) => response.end(bytes)) as RequestListener,
      message: /no SHA/,
    },
    { when: 'they are announced too large', listener: whole, limits: { maximumBytes: 29 }, message: /larger than 29/ },
    { when: 'they become too large', listener: flood, limits: { maximumBytes: 40 }, message: /larger than 40/ },
    {
      when: 'nothing comes',
      listener: silence,
      limits: { silenceMs: 30, attempts: 2 },
      message: /for 30 ms/,
      tries: 2,
    },
  ])('are given up when $when', async ({ listener, limits = {}, message, tries = 1 }) => {
    const { source, asked } = await setUp([listener], limits);
    const looking = source.latest('facts', null);
    await expect(looking).rejects.toThrow(message);
    await expect(looking).rejects.toBeInstanceOf(ModelUnavailableError);
    expect(asked).toHaveLength(tries);
  });
});
