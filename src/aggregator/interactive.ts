import type { Clock } from '../contract/clock.ts';
import type { Answering } from './answering.ts';
import type { GatherTrace } from './gather-trace.ts';
import type { HeldGroup } from './gathering.ts';
import type { LeadTime } from './lead-time.ts';
import type { Outbox } from './outbox.ts';
import type { Refiner } from './refine.ts';

/** What becomes of a closed group of the interactive lane: an answer to the gateway that waits, then its messages are settled. */
export interface InteractiveLane {
  close(group: HeldGroup): void;
  refuse(request: HeldGroup['request'], replyTo: string | null): void;
}

export const createInteractiveLane = (options: {
  answering: Answering;
  outbox: Outbox;
  refiner: Refiner;
  leadTime: Pick<LeadTime, 'observeSend'>;
  clock: Pick<Clock, 'monotonicMs'>;
  /** Null: traces are off. */
  trace?: GatherTrace | null;
}): InteractiveLane => {
  const { answering, outbox, refiner, leadTime, clock, trace = null } = options;

  const release = (group: HeldGroup): void => {
    for (const hold of group.held) hold.release();
  };
  const send = (group: HeldGroup, answer: ReturnType<Answering['without']>): void => {
    answering.count(answer, 'interactive');
    if (group.replyTo === null) {
      release(group);
      return;
    }
    const madeMs = clock.monotonicMs();
    const span = trace?.answer(group, answer);
    void outbox.send(group.replyTo, answer, group.dueMs).then(() => {
      leadTime.observeSend(clock.monotonicMs() - madeMs);
      span?.end();
      release(group);
    });
  };

  const closeFirst = (group: HeldGroup): void => {
    const made = answering.compose(group, 'interactive');
    if (made === null) {
      const note = `No plan of the recommender ${group.request.recommender} is known to the aggregator.`;
      send(group, answering.without(group.request, note));
    } else if (!refiner.begin(group, made.composed, made.plan)) send(group, made.composed.answer);
  };
  const closeSecond = (group: HeldGroup): void => {
    const ended = refiner.end(group);
    release(group);
    if (ended !== null) send(ended.first, ended.answer);
  };

  return {
    close: (group) => (group.request.round === 0 ? closeFirst(group) : closeSecond(group)),
    refuse(request, replyTo) {
      const answer = answering.without(request, 'The aggregator has as many requests open as it can hold.');
      answering.count(answer, 'interactive');
      if (replyTo !== null) void outbox.send(replyTo, answer, 0);
    },
  };
};
