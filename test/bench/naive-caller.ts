import { randomUUID } from 'node:crypto';
import { type ConsumeMessage, connect } from 'amqplib';
import { createReplyCheck, type Reply } from './answer-check.ts';
import { measureAsChild, readSettings } from './child.ts';
import { runClosedLoop } from './closed-loop.ts';
import { criteria } from './four-scorers.ts';
import { naiveQueue } from './naive-queue.ts';

/**
 * The caller of a scatter-gather as most people write it with amqplib: one message to each scorer's queue, replies
 * gathered by correlation id from an exclusive queue, combined when the fourth is in.
 */
const settings = readSettings();
const connection = await connect(settings.amqpUrl, { noDelay: true });
const channel = await connection.createChannel();
const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });
const queues = criteria.map((criterion) => naiveQueue(settings.prefix, criterion));
const check = createReplyCheck();
const waiting = new Map<string, { replies: Reply[]; resolve(replies: Reply[]): void }>();

const take = (message: ConsumeMessage | null): void => {
  if (message === null) return;
  const id = String(message.properties.correlationId);
  const asked = waiting.get(id);
  if (asked === undefined) return;
  asked.replies.push(JSON.parse(message.content.toString()) as Reply);
  if (asked.replies.length < queues.length) return;
  waiting.delete(id);
  asked.resolve(asked.replies);
};
await channel.consume(replyTo, take, { noAck: true });

const scatter = (user: number, delaysMs: readonly number[]): Promise<Reply[]> =>
  new Promise((resolve) => {
    const correlationId = randomUUID();
    waiting.set(correlationId, { replies: [], resolve });
    for (const [at, queue] of queues.entries()) {
      const body = Buffer.from(JSON.stringify({ user, delayMs: delaysMs[at] ?? 0 }));
      channel.sendToQueue(queue, body, { correlationId, replyTo });
    }
  });

measureAsChild(
  ({ users, ...load }) =>
    runClosedLoop(async (user, delaysMs) => check(user, await scatter(user, delaysMs)), load, users),
  () => connection.close(),
);
