import { type ChannelModel, connect } from 'amqplib';
import type { Clock } from '../contract/clock.ts';
import { type AmqpAddress, refusedBy } from './amqp-address.ts';
import { type Liveness, watchLiveness } from './amqp-liveness.ts';
import { bytesRead, coalesceWrites, destroySocket } from './amqp-socket.ts';
import { createBackoff } from './backoff.ts';
import { BrokerUnavailableError } from './errors.ts';
import type { Telemetry } from './telemetry.ts';

export type Purpose = 'publish' | 'consume';

export interface LinkOptions extends Telemetry {
  address: AmqpAddress;
  /** The process, for RabbitMQ's list of connections. */
  name: string;
  purpose: Purpose;
  clock: Clock;
  random: () => number;
  /** How long the first connection is tried for, ms. */
  startPatienceMs: number;
  /** The same where the broker answers and refuses. */
  refusalPatienceMs: number;
}

/** One connection that is opened again whenever it is lost. */
export interface Link {
  current(): ChannelModel | null;
  /** The broker takes no publishes on it: a memory or disk alarm. */
  blocked(): boolean;
  /** False: there is none, or the broker says nothing on it, though it was asked. */
  speaks(): boolean;
  /** The open connection, waited for. @throws BrokerUnavailableError after `timeoutMs` */
  opened(timeoutMs: number): Promise<ChannelModel>;
  /** Called at each opening and loss, and at each change of `blocked`, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** Gives a connection up that is open and does not work. */
  drop(model: ChannelModel, cause: Error): void;
  close(): Promise<void>;
}

/**
 * How long the broker may say nothing while a connection is opened, ms, at each attempt in a row. A Service leads to a node
 * that died a moment ago as often as to any other, and an attempt there ends by this alone: the next one is likely to be luckier.
 */
const handshakeTimeoutsMs = [1_500, 2_500, 5_000] as const;
const longestHandshakeMs = 5_000;
const closeTimeoutMs = 2_000;

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** The connection and its supervision; state and life cycle are one thing here. */
class SupervisedLink implements Link {
  readonly #options: LinkOptions;
  readonly #backoff;
  readonly #listeners = new Set<() => void>();
  /** A process that waits for its broker must not end for want of anything else to do. */
  readonly #keepAlive = setInterval(() => {}, 2 ** 30);
  #model: ChannelModel | null = null;
  #blocked = false;
  #closing = false;
  #openedBefore = false;
  #failures = 0;
  #liveness: Liveness | null = null;
  #cancelRetry: () => void = () => {};

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#backoff = createBackoff({ random: options.random, monotonicMs: () => options.clock.monotonicMs() });
  }

  current(): ChannelModel | null {
    return this.#model;
  }

  blocked(): boolean {
    return this.#blocked;
  }

  speaks(): boolean {
    return this.#liveness?.speaks() ?? false;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  opened(timeoutMs: number): Promise<ChannelModel> {
    const { clock, address } = this.#options;
    if (this.#model !== null) return Promise.resolve(this.#model);
    if (this.#closing) return Promise.reject(new BrokerUnavailableError('this connection is closed'));
    const { promise, resolve, reject } = Promise.withResolvers<ChannelModel>();
    const listener = (): void => {
      if (this.#model !== null) resolve(this.#model);
    };
    const cancel = clock.setTimer(timeoutMs, () =>
      reject(new BrokerUnavailableError(`not connected to ${address.spoken}`)),
    );
    const forget = this.onChange(listener);
    return promise.finally(() => {
      cancel();
      forget();
    });
  }

  /** @throws BrokerRefusedError when refused for `refusalPatienceMs`, BrokerUnavailableError when nothing answered for `startPatienceMs` */
  async start(): Promise<void> {
    const { address, clock, startPatienceMs, refusalPatienceMs } = this.#options;
    const startedAtMs = clock.monotonicMs();
    for (;;) {
      const failure = await this.#tryOpen();
      if (failure === null) return;
      const refused = refusedBy(failure, address);
      const patienceMs = refused === null ? startPatienceMs : refusalPatienceMs;
      if (clock.monotonicMs() < startedAtMs + patienceMs) {
        await new Promise<void>((resolve) => clock.setTimer(this.#backoff.nextDelayMs(), resolve));
        continue;
      }
      await this.close();
      throw (
        refused ??
        new BrokerUnavailableError(
          `no broker at ${address.spoken} for ${Math.round(startPatienceMs / 1_000)} s: ${failure.message}`,
          { cause: failure },
        )
      );
    }
  }

  drop(model: ChannelModel, cause: Error): void {
    if (this.#model === model) destroySocket(model, cause);
    this.#lost(model, cause);
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#keepAlive);
    this.#cancelRetry();
    const model = this.#model;
    if (model === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.setTimer(closeTimeoutMs, resolve);
    await Promise.race([model.close().catch(() => {}), promise]);
    cancel();
    this.#lost(model, null);
  }

  /** Null when it is open now. */
  async #tryOpen(): Promise<Error | null> {
    const { address, name, purpose, log, metrics } = this.#options;
    try {
      const model = await connect(address.url, {
        noDelay: true,
        timeout: handshakeTimeoutsMs[this.#failures] ?? longestHandshakeMs,
        clientProperties: { connection_name: `${name}:${purpose}` },
      });
      this.#attach(model);
    } catch (error) {
      this.#failures += 1;
      log.warn(
        { connection: purpose, broker: address.spoken, reason: toError(error).message },
        'broker.connect.failed',
      );
      return toError(error);
    }
    if (this.#openedBefore) metrics.count('medley_broker_reconnects_total', { connection: purpose });
    this.#openedBefore = true;
    return null;
  }

  /** Listeners first: an `error` nobody listens to ends the process. */
  #attach(model: ChannelModel): void {
    const { address, purpose, log, clock } = this.#options;
    let cause: Error | null = null;
    model.on('error', (error: Error) => {
      cause = error;
    });
    model.on('close', (error?: Error) => this.#lost(model, error ?? cause));
    model.on('blocked', (reason: string) => this.#setBlocked(true, reason));
    model.on('unblocked', () => this.#setBlocked(false, ''));
    if (this.#closing) {
      destroySocket(model);
      return;
    }
    coalesceWrites(model);
    this.#model = model;
    this.#failures = 0;
    this.#liveness = watchLiveness({
      ...{ model, clock, bytesRead: () => bytesRead(model), blocked: () => this.#blocked },
      onSilent: (silence) => this.drop(model, silence),
    });
    this.#backoff.succeeded();
    this.#gauges();
    log.info({ connection: purpose, broker: address.spoken }, 'broker.connected');
    this.#tell();
  }

  #lost(model: ChannelModel, cause: Error | null): void {
    destroySocket(model);
    if (this.#model !== model) return;
    this.#model = null;
    this.#blocked = false;
    this.#liveness?.stop();
    this.#liveness = null;
    this.#gauges();
    if (this.#closing) return;
    const { purpose, log } = this.#options;
    log.warn({ connection: purpose, reason: cause?.message }, 'broker.connection.lost');
    this.#retry();
    this.#tell();
  }

  #retry(): void {
    this.#cancelRetry = this.#options.clock.setTimer(this.#backoff.nextDelayMs(), () => {
      void this.#tryOpen().then((failure) => {
        if (failure !== null && !this.#closing) this.#retry();
      });
    });
  }

  #setBlocked(blocked: boolean, reason: string): void {
    this.#blocked = blocked;
    this.#gauges();
    const { purpose, log } = this.#options;
    if (blocked) log.warn({ connection: purpose, reason }, 'broker.blocked');
    else log.info({ connection: purpose }, 'broker.unblocked');
    this.#tell();
  }

  #gauges(): void {
    const { metrics, purpose } = this.#options;
    metrics.gauge('medley_broker_connected', { connection: purpose }, this.#model === null ? 0 : 1);
    if (purpose === 'publish') metrics.gauge('medley_broker_blocked', {}, this.#blocked ? 1 : 0);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Connects, or says why it can't. */
export const openLink = async (options: LinkOptions): Promise<Link> => {
  const link = new SupervisedLink(options);
  await link.start();
  return link;
};
