import { Pool } from 'undici';
import { createReplyCheck, type Reply } from './answer-check.ts';
import { measureAsChild, readSettings } from './child.ts';
import { runClosedLoop } from './closed-loop.ts';

/** The caller of the HTTP fan-out: asks four servers side by side over kept connections and combines what they reply. */
const connectionsEach = 32;

const { ports } = readSettings();
const pools = ports.map((port) => new Pool(`http://127.0.0.1:${port}`, { connections: connectionsEach }));
const check = createReplyCheck();

const askOne = async (pool: Pool, question: object): Promise<Reply> => {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  return (await body.json()) as Reply;
};

measureAsChild(
  ({ users, ...load }) =>
    runClosedLoop(
      async (user, delaysMs) =>
        check(user, await Promise.all(pools.map((pool, at) => askOne(pool, { user, delayMs: delaysMs[at] ?? 0 })))),
      load,
      users,
    ),
  async () => void (await Promise.all(pools.map((pool) => pool.destroy()))),
);
