import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from './answer-check.ts';
import { readSettings, serveAsChild } from './child.ts';
import { type Criterion, createScore } from './four-scorers.ts';

/** One scorer of the HTTP fan-out: a plain server that takes `{ user, delayMs }` and replies with its list. */
const settings = readSettings();
const score = createScore(settings.criterion as Criterion, settings.scoring);

const replyTo = async (body: string): Promise<Reply> => {
  const { user, delayMs } = JSON.parse(body) as { user: number; delayMs: number };
  const beganMs = performance.now();
  if (delayMs > 0) await sleep(delayMs);
  const list = score(user);
  return { ...list, serviceMs: performance.now() - beganMs };
};

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    void replyTo(body).then((reply) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(reply));
    });
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();

serveAsChild(
  async () => {
    server.closeAllConnections();
    server.close();
  },
  typeof address === 'object' && address !== null ? address.port : 0,
);
