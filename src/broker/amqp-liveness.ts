import type { Channel, ChannelModel } from 'amqplib';
import type { Clock } from '../contract/clock.ts';

/**
 * Finds out within about four seconds that the other end of a connection is gone without a word, as a machine is that lost its
 * power. Heartbeats of five seconds, the least that RabbitMQ advises, take ten to fifteen.
 *
 * Where nothing was read for a while it asks for something that the broker answers on this connection alone, whatever becomes
 * of its queues and its other nodes. Silence is counted in looks of its own: a process that was stopped hears nobody
 * meanwhile, and that says nothing of the broker.
 */
export interface Liveness {
  /** False: it was asked and has not answered for half a second or more. */
  speaks(): boolean;
  stop(): void;
}

export interface LivenessOptions {
  model: Pick<ChannelModel, 'createChannel'>;
  /** Bytes read on the connection so far. */
  bytesRead(): number;
  /** The broker reads nothing for now, so it can't answer: a memory or disk alarm. */
  blocked(): boolean;
  clock: Pick<Clock, 'setTimer'>;
  /** Called once; nothing is looked at afterwards. */
  onSilent(cause: Error): void;
}

const lookMs = 500;
/** Silent looks after which it is asked, and after which it is given up. */
const askAfter = 3;
const giveUpAfter = 8;

export const watchLiveness = (options: LivenessOptions): Liveness => {
  const { model, bytesRead, blocked, clock, onSilent } = options;
  let channel: Channel | null = null;
  let read = bytesRead();
  let silentLooks = 0;
  let isAsking = false;
  let cancel = (): void => {};

  /** Opening a channel is a question, and so is a limit on one that consumes nothing. */
  const question = async (): Promise<void> => {
    if (channel !== null) {
      await channel.prefetch(0);
      return;
    }
    const opened = await model.createChannel();
    opened.on('error', () => {});
    opened.on('close', () => {
      channel = null;
    });
    channel = opened;
  };
  /** One at a time: heartbeats may come where answers do not, and each further question would open another channel. */
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    // What becomes of it shows in what is read.
    await question().catch(() => {});
    isAsking = false;
  };
  const look = (): void => {
    const readNow = bytesRead();
    silentLooks = readNow === read && !blocked() ? silentLooks + 1 : 0;
    read = readNow;
    if (silentLooks === askAfter) void ask();
    if (silentLooks < giveUpAfter) plan();
    else onSilent(new Error(`the broker said nothing for ${(giveUpAfter * lookMs) / 1_000} s`));
  };
  const plan = (): void => {
    cancel = clock.setTimer(lookMs, look);
  };
  plan();
  return {
    speaks: () => silentLooks <= askAfter,
    stop: () => cancel(),
  };
};
