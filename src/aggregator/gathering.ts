import type { Incoming, Verdict } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { decodePartials, decodeRequests, type ReceivedPartials, type ReceivedRequests } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { createClockOffsets, localDeadlineMs } from '../contract/deadline.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Lane } from '../contract/primitives.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import type { ClosedGroup, Gather, Group, Opening } from './gather.ts';
import type { GatherTrace } from './gather-trace.ts';
import { createHold, type Hold } from './hold.ts';
import type { PartialCounter } from './partial-counter.ts';
import type { SetAside } from './set-aside.ts';

export type HeldGroup = Group<Hold>;

export interface GatheringOptions {
  gather: Gather<Hold>;
  lane: Lane;
  clock: Clock;
  setAside: SetAside;
  counter: PartialCounter;
  /**
   * `messages`: requests come with the scatter, as partials do, and may be overtaken by them. `locally`: this process
   * opens its groups before it scatters; the copies of its requests that come back mean nothing.
   */
  opened: 'messages' | 'locally';
  /** How long before a deadline closing begins, ms. */
  leadMs(openGroups: number): number;
  onOpened(group: HeldGroup): void;
  /** Told of each group closed; what it holds is released by whoever is told. */
  onClosed(group: HeldGroup): void;
  onLate(criterion: string, partial: ScorerPartial, closed: ClosedGroup): void;
  /** Null: traces are off. */
  trace?: GatherTrace | null;
  /** Told of a request that finds no room. */
  onRefused(request: ScoringRequest, replyTo: string | null): void;
}

/** Feeds one lane's messages to its gather, and time. */
export interface Gathering {
  handle(message: Incoming): Verdict | Promise<Verdict>;
  /** Opens a group here; null: it is known already, too late, or there is no room. */
  open(opening: Opening<Hold>): HeldGroup | null;
  openGroups(): number;
  /** Resolves when nothing is open. */
  idle(): Promise<void>;
  /** Closes all groups with what they have, and gives up what waits for its request. */
  closeAll(): void;
}

/** So many groups are closed before others have their turn. */
const closedPerTurn = 16;
/** How long a partial may wait for a request that it overtook, ms. */
const shortestWaitMs = 100;
const longestWaitMs = 30_000;

export const createGathering = (options: GatheringOptions): Gathering => {
  const { gather, lane, clock, setAside, counter, trace = null } = options;
  const offsets = createClockOffsets();
  let armed: { atMs: number; cancel(): void } | null = null;
  let idlers: (() => void)[] = [];

  const closed = (group: HeldGroup): void => {
    trace?.closed(group);
    options.onClosed(group);
    if (gather.openGroups() > 0) return;
    for (const idle of idlers) idle();
    idlers = [];
  };

  const release = (one: { criterion: string; held: Hold }): void => {
    counter.count(one.criterion, 'unknown');
    one.held.release();
  };
  const expire = (untilMs: number, limit?: number): void => {
    const expired = gather.expire(untilMs, limit);
    for (const group of expired.closed) closed(group);
    for (const one of expired.unclaimed) release(one);
  };
  const arm = (): void => {
    const next = gather.nextDeadlineMs();
    if (next === null) return;
    const atMs = next - options.leadMs(gather.openGroups());
    if (armed !== null && armed.atMs <= atMs) return;
    armed?.cancel();
    armed = { atMs, cancel: clock.setTimer(Math.max(0, atMs - clock.monotonicMs()), fire) };
  };
  const fire = (): void => {
    armed = null;
    const untilMs = clock.monotonicMs() + options.leadMs(gather.openGroups());
    expire(untilMs, closedPerTurn);
    arm();
  };

  const openOne = (opening: Opening<Hold>): HeldGroup | null => {
    const result = gather.open(opening);
    if (result.kind === 'opened' || result.kind === 'complete') {
      options.onOpened(result.group);
      for (const one of result.adopted) counter.count(one.criterion, one.result);
      if (result.kind === 'complete') closed(result.group);
      else arm();
      return result.group;
    }
    counter.countRequest(result.kind);
    if (result.kind === 'refused') options.onRefused(opening.request, opening.replyTo);
    if (result.kind !== 'duplicate' || result.group === undefined) opening.held.release();
    return null;
  };

  const takeRequests = (batch: ReceivedRequests, message: Incoming, hold: Hold): void => {
    const wallMs = clock.nowMs();
    const receivedAtMs = clock.monotonicMs();
    // A redelivered message says nothing of the sender's clock, nor of how much time is left.
    const offsetMs = message.redelivered
      ? receivedAtMs - wallMs
      : offsets.observe(batch.sender, batch.sentAtMs, receivedAtMs);
    const { criteria, replyTo } = batch;
    for (const request of batch.requests) {
      const dueMs = localDeadlineMs(request, receivedAtMs, offsetMs);
      if (request.round === 0) openOne({ request, criteria, replyTo, receivedAtMs, dueMs, held: hold });
      else hold.release();
    }
  };

  const takePartial = (
    criterion: string,
    partial: ScorerPartial,
    from: { hold: Hold; atMs: number; wallMs: number },
  ): void => {
    const { hold, atMs, wallMs } = from;
    const remainingMs = Math.max(shortestWaitMs, Math.min(longestWaitMs, partial.deadlineAtMs - wallMs));
    const holdUntilMs = options.opened === 'messages' ? atMs + remainingMs : atMs;
    const result = gather.partial({ criterion, partial, atMs, holdUntilMs, held: hold });
    for (const one of result.evicted ?? []) release(one);
    const became = result.kind === 'complete' ? 'counted' : result.kind;
    counter.count(criterion, became);
    trace?.partial(criterion, partial, became);
    switch (result.kind) {
      case 'early':
        arm();
        return;
      case 'counted':
        counter.observeService(lane, criterion, partial);
        return;
      case 'complete':
        counter.observeService(lane, criterion, partial);
        closed(result.group);
        return;
      case 'late':
        counter.observeLate(lane, criterion, partial);
        options.onLate(criterion, partial, result.closed);
        hold.release();
        return;
      default:
        hold.release();
    }
  };

  const takePartials = (batch: ReceivedPartials, hold: Hold): void => {
    const from = { hold, atMs: clock.monotonicMs(), wallMs: clock.nowMs() };
    for (const partial of batch.partials) takePartial(batch.criterion, partial, from);
  };

  /** The good parts are taken in first; the message then also waits until its bad ones are set aside. */
  const settle = async (
    type: string,
    verdict: Verdict | Promise<Verdict>,
    bad: readonly { envelope: object; reason: string }[],
  ): Promise<Verdict> => {
    await setAside.parts(type, bad);
    return verdict;
  };
  const refuse = (message: Incoming, reason: string): Promise<Verdict> =>
    setAside.whole(message, reason).then(() => 'ack');

  return {
    handle(message) {
      if (message.type === messageTypes.requests) {
        if (options.opened === 'locally') return 'ack';
        const decoded = decodeRequests(message);
        if (!decoded.ok) return refuse(message, decoded.reason);
        const { value, bad } = decoded;
        const { hold, verdict } = createHold(value.requests.length);
        takeRequests(value, message, hold);
        if (bad.length === 0) return verdict();
        const parts = bad.map(({ part, reason }) => ({ envelope: { ...value, requests: [part] }, reason }));
        return settle(message.type, verdict(), parts);
      }
      const decoded = decodePartials(message);
      if (!decoded.ok) return refuse(message, decoded.reason);
      const { value, bad } = decoded;
      const { hold, verdict } = createHold(value.partials.length);
      takePartials(value, hold);
      if (bad.length === 0) return verdict();
      const parts = bad.map(({ part, reason }) => ({ envelope: { ...value, partials: [part] }, reason }));
      return settle(message.type, verdict(), parts);
    },
    open: openOne,
    openGroups: () => gather.openGroups(),
    idle: () => (gather.openGroups() === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    closeAll: () => expire(Number.POSITIVE_INFINITY),
  };
};
