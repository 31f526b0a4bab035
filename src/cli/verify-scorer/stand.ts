import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Incoming, Verdict } from '../../broker/port.ts';
import type { Clock } from '../../contract/clock.ts';
import { decodePartials, encode } from '../../contract/codec.ts';
import { messageTypes } from '../../contract/control.ts';
import { type Lane, lanes } from '../../contract/primitives.ts';
import type { ScoringRequest } from '../../contract/request-batch.ts';
import { aggregatorTopology, headers, type Names, type Topology } from '../../contract/topology.ts';
import type { Reply } from './judge-partial.ts';
import { genericSample, type Sample } from './sample-requests.ts';

/** What was set aside as malformed. */
export interface SetAside {
  text: string;
  reason: string;
  room: string;
  originType: string;
}

/** Stands where gateway and aggregator do: sends requests to one scorer and keeps what comes back. */
export interface Stand {
  criterion: string;
  /** How long an answer may take, ms. */
  patienceMs: number;
  /** How many kinds of request there are to try. */
  sampleCount: number;
  /** The next sample as a request of its own id that asks this criterion, with seconds left; `fields` come last. */
  request(fields?: Partial<ScoringRequest>): ScoringRequest;
  /** One message; the default criteria are this one alone. */
  send(requests: readonly object[], batch?: { lane?: Lane; [field: string]: unknown }): Promise<void>;
  sendBytes(lane: Lane, message: { type: string; body: Buffer }): Promise<void>;
  replies(id: string): readonly Reply[];
  /** Those that got no answer within the patience (or `patienceMs`). */
  unanswered<R extends { id: string }>(requests: readonly R[], patienceMs?: number): Promise<readonly R[]>;
  /** What came back and was no valid message of partials, as sentences. */
  faults(): readonly string[];
  /** Takes a message that came to another results queue. */
  take(message: Incoming): Verdict;
  /** Waits for something that was set aside to hold the text. */
  setAside(text: string): Promise<SetAside | null>;
}

export interface StandOptions {
  broker: Broker;
  names: Names;
  criterion: string;
  samples: readonly Sample[];
  patienceMs: number;
  clock: Clock;
  randomId: () => string;
  /** Of the results queues, one that no aggregator has. */
  ordinal: number;
}

/** Far enough away not to pass while a check runs, ms. */
const remainingMs = 60_000;
const pollMs = 10;

/** Our own copy of what is set aside: the binding gives each queue one, so nobody's dead letters are touched. */
const copyTopology = (names: Names, ordinal: number): Topology => {
  const name = names.control('aggregator', `verify-${ordinal}`);
  return {
    exchanges: [],
    queues: [{ name, kind: 'classic', expiresMs: 60_000 }],
    bindings: [{ queue: name, exchange: names.exchange.deadLetter, key: names.dead.malformed }],
  };
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The queues a stand needs, for whoever tidies up. */
export const standTopologies = (names: Names, ordinal: number): readonly Topology[] => [
  aggregatorTopology(names, ordinal),
  copyTopology(names, ordinal),
];

/** Declares the results queues and begins to listen on them. */
export const createStand = async (options: StandOptions): Promise<Stand> => {
  const { broker, names, criterion, samples, patienceMs, clock, randomId, ordinal } = options;
  for (const topology of standTopologies(names, ordinal)) await broker.declare(topology);
  const publisher = await broker.createPublisher();
  const byId = new Map<string, Reply[]>();
  const faults: string[] = [];
  const asides: SetAside[] = [];
  let turn = 0;

  const take = (message: Incoming): Verdict => {
    const decoded = decodePartials(message);
    if (!decoded.ok) {
      faults.push(decoded.reason);
      return 'ack';
    }
    faults.push(...decoded.bad.map((one) => one.reason));
    const { criterion: from, lane, partials } = decoded.value;
    for (const partial of partials) {
      const reply = { partial, criterion: from, lane };
      byId.set(partial.id, [...(byId.get(partial.id) ?? []), reply]);
    }
    return 'ack';
  };
  const keepAside = ({ body, headers: given }: Incoming): Verdict => {
    const [reason, room, originType] = [headers.reason, headers.room, headers.origin].map((name) =>
      textOf(given[name]),
    );
    asides.push({ text: body.toString('utf8'), reason: reason ?? '', room: room ?? '', originType: originType ?? '' });
    return 'ack';
  };
  for (const lane of lanes) await broker.consume({ queue: names.results(ordinal, lane), prefetch: 500 }, take);
  const copies = copyTopology(names, ordinal).queues[0]?.name ?? '';
  await broker.consume({ queue: copies, prefetch: 100 }, keepAside);

  const sendBytes: Stand['sendBytes'] = (lane, { type, body }) =>
    publisher.publish({
      exchange: names.exchange.scatter,
      routingKey: names.scorer(criterion, lane, 0),
      type,
      body,
      persistent: lane === 'durable',
      mandatory: true,
    });
  const waitFor = async (holds: () => boolean, forMs: number): Promise<boolean> => {
    const giveUpAtMs = clock.monotonicMs() + forMs;
    while (!holds()) {
      if (clock.monotonicMs() > giveUpAtMs) return false;
      await sleep(pollMs);
    }
    return true;
  };

  return {
    criterion,
    patienceMs,
    sampleCount: samples.length,
    request(fields = {}) {
      const sample = samples[turn % samples.length] ?? {};
      turn += 1;
      const timed = { deadlineAtMs: clock.nowMs() + remainingMs, remainingMs };
      const fixed = { id: randomId(), round: 0, mask: 1, planVersion: 1, skipped: {} };
      return { ...genericSample, ...sample, ...fixed, ...timed, ...fields } as ScoringRequest;
    },
    async send(requests, batch = {}) {
      const { lane = 'interactive', ...fields } = batch;
      const message = {
        lane,
        sender: 'verify-scorer',
        sentAtMs: clock.nowMs(),
        results: names.results(ordinal, lane),
        replyTo: null,
        criteria: [criterion],
        requests,
        ...fields,
      };
      await sendBytes(lane, { type: messageTypes.requests, body: encode(message) });
    },
    sendBytes,
    replies: (id) => byId.get(id) ?? [],
    async unanswered(requests, forMs = patienceMs) {
      const open = () => requests.filter(({ id }) => !byId.has(id));
      await waitFor(() => open().length === 0, forMs);
      return open();
    },
    faults: () => faults,
    take,
    async setAside(text) {
      const find = () => asides.find((one) => one.text.includes(text)) ?? null;
      await waitFor(() => find() !== null, patienceMs);
      return find();
    },
  };
};
