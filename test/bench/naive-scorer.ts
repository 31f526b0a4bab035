import { setTimeout as sleep } from 'node:timers/promises';
import { type ConsumeMessage, connect } from 'amqplib';
import type { Reply } from './answer-check.ts';
import { readSettings, serveAsChild } from './child.ts';
import { type Criterion, createScore } from './four-scorers.ts';
import { naivePrefetch, naiveQueue } from './naive-queue.ts';

/** One scorer of the naive scatter-gather: takes a message, scores, replies to the queue it names, acknowledges. */
const settings = readSettings();
const score = createScore(settings.criterion as Criterion, settings.scoring);
const connection = await connect(settings.amqpUrl, { noDelay: true });
const channel = await connection.createChannel();
const queue = naiveQueue(settings.prefix, settings.criterion);
await channel.assertQueue(queue, { durable: false });
await channel.prefetch(naivePrefetch[settings.style]);

const answer = async (message: ConsumeMessage): Promise<void> => {
  const { user, delayMs } = JSON.parse(message.content.toString()) as { user: number; delayMs: number };
  const beganMs = performance.now();
  if (delayMs > 0) await sleep(delayMs);
  const reply: Reply = { ...score(user), serviceMs: performance.now() - beganMs };
  const { replyTo, correlationId } = message.properties;
  channel.sendToQueue(String(replyTo), Buffer.from(JSON.stringify(reply)), { correlationId: String(correlationId) });
  channel.ack(message);
};
await channel.consume(queue, (message) => {
  if (message !== null) void answer(message);
});

serveAsChild(() => connection.close());
