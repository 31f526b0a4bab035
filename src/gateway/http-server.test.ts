import { Agent, request } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { until } from '../../test/support/until.ts';
import { type HttpServer, listen } from './http-server.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let server: HttpServer | undefined;
afterEach(async () => {
  await server?.stop(0);
  agent.destroy();
});

/** A server whose answers the test gives, by number of the request. */
const setUp = async () => {
  const answers: (() => void)[] = [];
  server = await listen((_request, response) => answers.push(() => response.end('done')), {
    host: '127.0.0.1',
    port: 0,
  });
  const { port } = server;
  const get = (by: Agent | false = agent): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, agent: by }, (incoming) => {
        incoming.resume().on('end', () => resolve(incoming.headers.connection));
      });
      outgoing.on('error', reject).end();
    });
  const answered = async (): Promise<string | undefined> => {
    const before = answers.length;
    const connection = get();
    await until('a request came', () => answers.length > before);
    answers.at(-1)?.();
    return connection;
  };
  return { server, answers, get, answered };
};

test('connections are kept while it runs', async () => {
  const { answered } = await setUp();
  expect(await answered()).toBe('keep-alive');
});

test('a stop ends idle connections at once and waits for open requests, whose callers are told to go elsewhere', async () => {
  const { server: running, answers, get, answered } = await setUp();
  await answered();
  const open = get();
  await until('the second request came', () => answers.length === 2);
  let stopped = false;
  const stop = running.stop(60_000).then(() => {
    stopped = true;
  });
  await expect(get(false)).rejects.toThrow();
  expect(stopped).toBe(false);
  answers[1]?.();
  expect(await open).toBe('close');
  await stop;
});

test('a server that leaves serves on, and tells its callers to go elsewhere', async () => {
  const { server: running, answered } = await setUp();
  await answered();
  running.leave();
  expect(await answered()).toBe('close');
  expect(await answered()).toBe('close');
});

test('a request that does not end is cut when patience does', async () => {
  const { server: running, answers, get } = await setUp();
  const open = get().catch((error: Error) => error.message);
  await until('the request came', () => answers.length === 1);
  await running.stop(20);
  expect(await open).toBe('socket hang up');
});

test('a port that is taken is an error', async () => {
  const { server: running } = await setUp();
  await expect(listen(() => {}, { host: '127.0.0.1', port: running.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
