/**
 * A scorer that answers, and breaks nearly every rule besides: what medley verify-scorer must find. It ignores masks,
 * candidates, what was seen and deadlines, echoes a wrong deadline, lists the worst first, swallows what it can't read,
 * settles durable work before it is done, and ends on SIGTERM with exit code 1, whatever it holds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';

interface Request {
  id: string;
  round: number;
  subject: { kind: string; id: string };
  deadlineAtMs: number;
}

interface Batch {
  lane: string;
  results: string;
  requests: Request[];
}

const { MEDLEY_AMQP_URL = '', MEDLEY_PREFIX = '', MEDLEY_CRITERION = '' } = process.env;

const answer = ({ id, round, subject, deadlineAtMs }: Request) => ({
  id,
  round,
  subject: `${subject.kind}:${subject.id}`,
  deadlineAtMs: deadlineAtMs + 1,
  outcome: 'scored',
  items: ['worst', 'better', 'best'],
  scores: [1, 2, 3],
  floor: null,
  waitMs: 0,
  serviceMs: 5,
});

const parse = (body: Buffer): Batch | null => {
  try {
    const batch = JSON.parse(body.toString()) as Batch;
    return Array.isArray(batch.requests) ? batch : null;
  } catch {
    return null;
  }
};

process.once('SIGTERM', () => process.exit(1));
const connection = await connect(MEDLEY_AMQP_URL);
const channel = await connection.createChannel();
let work = Promise.resolve();

const handle = async (body: Buffer): Promise<void> => {
  const batch = parse(body);
  if (batch === null) return;
  await sleep(5);
  const partials = batch.requests.filter((one) => one.id !== undefined && one.subject !== undefined).map(answer);
  const message = {
    criterion: MEDLEY_CRITERION,
    lane: batch.lane,
    scorer: 'careless',
    sentAtMs: Date.now(),
    model: null,
  };
  const whole = Buffer.from(JSON.stringify({ ...message, partials }));
  channel.publish(`${MEDLEY_PREFIX}.results`, batch.results, whole, { type: 'medley.partials.v1' });
};

for (const lane of ['interactive', 'durable']) {
  const take = (message: { content: Buffer } | null): void => {
    if (message !== null) work = work.then(() => handle(message.content));
  };
  await channel.consume(`${MEDLEY_PREFIX}.scorer.${MEDLEY_CRITERION}.${lane}`, take, { noAck: true });
}
