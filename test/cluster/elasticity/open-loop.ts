import { Agent, request as send } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What became of one request: how long it took, and whether it was answered by its scorer in time. */
export interface Called {
  /** When it was due, ms from the start. */
  atMs: number;
  tookMs: number;
  status: number;
  /** Answered 200 within the deadline (and 50 ms for the way back) by every criterion asked. */
  inTime: boolean;
}

const graceMs = 50;

interface Body {
  source?: string;
  complete?: boolean;
}

const call = (agent: Agent, target: { gateway: string; recommender: string }, user: number) =>
  new Promise<{ status: number; body: Body }>((resolve, reject) => {
    const body = JSON.stringify({ recommender: target.recommender, user: `user-${user}`, k: 1, explain: false });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = send(
      new URL('/v1/recommendations', target.gateway),
      { method: 'POST', agent, headers },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text || '{}') as Body }));
        answer.on('error', reject);
      },
    );
    request.on('error', reject).end(body);
  });

/**
 * Sends each request at its moment, whatever became of those before: callers do not wait for one another. Time counts from
 * the moment it was due, so that a sender who lags behind can't flatter anybody.
 */
export const callOpenLoop = async (
  moments: readonly number[],
  target: { gateway: string; recommender: string; deadlineMs: number },
): Promise<Called[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const startMs = performance.now() + 200;
  const one = async (atMs: number, user: number): Promise<Called> => {
    const answered = await call(agent, target, user).catch(() => ({ status: 0, body: {} as Body }));
    const tookMs = performance.now() - startMs - atMs;
    const { status, body } = answered;
    const isWhole = body.source === 'fresh' && body.complete === true;
    return { atMs, tookMs, status, inTime: status === 200 && isWhole && tookMs <= target.deadlineMs + graceMs };
  };
  const calls: Promise<Called>[] = [];
  for (const [user, atMs] of moments.entries()) {
    const leftMs = startMs + atMs - performance.now();
    if (leftMs > 1) await sleep(leftMs);
    calls.push(one(atMs, user % 500));
  }
  const called = await Promise.all(calls);
  agent.destroy();
  return called;
};
