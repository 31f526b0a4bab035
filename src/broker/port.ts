import type { Topology } from '../contract/topology.ts';

/**
 * What every role needs of a message broker. Two implementations, one conformance suite: RabbitMQ, and one in-process.
 *
 * Delivery is at least once. A handler returns a verdict and never touches a channel; it is settled after the
 * promise ends, so whatever the handler published and awaited is confirmed before.
 */
export interface Outgoing {
  exchange: string;
  routingKey: string;
  /** More routing keys (RabbitMQ's `CC` header): every queue bound by any of them gets one copy. */
  cc?: readonly string[];
  /** The `type` property, such as `medley.requests.v1`. */
  type: string;
  body: Buffer;
  /** Survives a broker restart (on queues that do). */
  persistent: boolean;
  /** Dropped by the broker when it has waited so long, ms (≥ 0). */
  expiresInMs?: number;
  headers?: Readonly<Record<string, string>>;
  /** Reject with `PublishReturnedError` when no queue is bound by any of the keys. */
  mandatory?: boolean;
}

export interface Incoming {
  type: string;
  body: Buffer;
  exchange: string;
  routingKey: string;
  redelivered: boolean;
  /** Deliveries before this one, where the queue counts them (quorum); else 0 or 1 by `redelivered`. */
  deliveries: number;
  headers: Readonly<Record<string, unknown>>;
}

/**
 * `ack`: done with. `requeue`: back to the queue, counts towards the delivery limit. `dead-letter`: rejected, goes to
 * the queue's own dead-letter exchange where it has one, else is dropped.
 */
export type Verdict = 'ack' | 'requeue' | 'dead-letter';

/** A rejected promise is counted and logged, and its message requeued once; redelivered, it is dead-lettered. */
export type Handler = (message: Incoming) => Verdict | Promise<Verdict>;

export interface Publisher {
  /**
   * Resolves once the broker has confirmed the message.
   *
   * @throws PublishReturnedError no queue took a mandatory message
   * @throws PublishNackedError the broker could not take it: whether some queue did is unknown
   * @throws BrokerUnavailableError not connected, blocked for longer than the publisher's patience, or lost before the confirm: unknown
   * @throws MessageTooLargeError refused before sending
   */
  publish(message: Outgoing): Promise<void>;
  /** Messages sent and not confirmed. */
  unconfirmed(): number;
  /** `blocked`: the broker applies back pressure (memory or disk alarm). `down`: no connection. */
  state(): 'ready' | 'blocked' | 'down';
}

export interface ConsumeOptions {
  queue: string;
  /** Messages held unsettled at once. */
  prefetch: number;
}

export interface Consumer {
  /** Takes no further messages, finishes those already here, settles them. Never rejects. */
  stop(): Promise<void>;
  /** Whether it is subscribed at the moment. */
  active(): boolean;
}

export interface Broker {
  /**
   * Declares what is missing. Queues that expire are of one process: where the node of a cluster that holds one is gone,
   * the queue gets another name on another node and keeps its bindings, so that nobody who publishes to it notices.
   *
   * @throws TopologyMismatchError a queue exists with other arguments
   * @throws TopologyMissingError an exchange that a binding names is not there
   */
  declare(topology: Topology): Promise<void>;
  /** A publisher whose confirms are counted on their own (one per role is enough). */
  createPublisher(): Promise<Publisher>;
  /**
   * Subscribes, and again after every loss of channel, consumer or connection, until stopped. Resolves after the first
   * attempt; a queue that does not exist yet is consumed once it does (`active()` says whether it is).
   */
  consume(options: ConsumeOptions, handle: Handler): Promise<Consumer>;
  /** Messages ready in a queue, for tools and tests; never asked on the way of a request. Null: no such queue. */
  depth(queue: string): Promise<number | null>;
  /** Deletes queues of this process (reply, control), for a clean leave. Missing ones are fine. */
  deleteQueues(queues: readonly string[]): Promise<void>;
  /** Both connections are open. */
  ready(): boolean;
  /** Stops consumers, waits for handlers and confirms within its grace, closes: what is unsettled then goes back to its queue. */
  close(): Promise<void>;
}
