import type { Clock } from '../contract/clock.ts';
import type { AggregatorAnnouncement } from '../contract/control.ts';
import { createClockOffsets } from '../contract/deadline.ts';
import { hashOf } from './hash.ts';

/**
 * The aggregators there are, by what they announce of themselves, and who of them gathers for whom.
 *
 * A rendezvous hash (Thaler & Ravishankar 1998) spreads users over the ordinals: a user's late partials are where his
 * next request goes, and when an ordinal leaves only its own users move.
 */
export interface Roster {
  observe(announcement: AggregatorAnnouncement): void;
  /** `none`: nobody alive works by a plan of this recommender. `full`: all who do hold all they can. */
  choose(subjectKey: string, recommender: string): number | 'none' | 'full';
  /** Requests of this gateway that went to the ordinal and are open: counted on top of what it last announced. */
  opened(ordinal: number): void;
  closed(ordinal: number): void;
  stop(): void;
}

interface Member {
  aggregator: string;
  /** The beat of this gateway at which it last spoke. */
  heardBeat: number;
  leaving: boolean;
  announcedOpen: number;
  /** This gateway's open requests at that moment. */
  ownThen: number;
  capacity: number;
  plans: Readonly<Record<string, number>>;
}

const beatMs = 50;
/**
 * All silent at once, it is the broker that pauses, rather than all of them that are gone. They are asked on for so long, ms: at
 * worst the last timer answers, as it would have at once.
 */
const allSilentMs = 2_000;

export const createRoster = (options: {
  clock: Clock;
  silentMs?: number;
  /** Told how many may be sent to, at first and whenever that changes. */
  onCount?(aggregators: number): void;
}): Roster => {
  const { clock, silentMs = 700, onCount = () => {} } = options;
  const members = new Map<number, Member>();
  const own = new Map<number, number>();
  const offsets = createClockOffsets();
  // Silence is counted in beats of our own: while this process hangs it hears nobody, and that says nothing of them.
  let beats = 0;
  let cancelBeat = (): void => {};
  let counted = 0;
  const beat = (): void => {
    cancelBeat = clock.setTimer(beatMs, () => {
      beats += 1;
      tell();
      beat();
    });
  };

  const isHeard = (member: Member, withinMs: number): boolean => (beats - member.heardBeat) * beatMs <= withinMs;
  const isAlive = (member: Member): boolean => isHeard(member, silentMs);
  const tell = (): void => {
    let count = 0;
    for (const member of members.values()) if (!member.leaving && isAlive(member)) count += 1;
    if (count !== counted) onCount(count);
    counted = count;
  };
  const ownOf = (ordinal: number): number => own.get(ordinal) ?? 0;
  const openAt = (ordinal: number, member: Member): number =>
    Math.max(ownOf(ordinal), member.announcedOpen + ownOf(ordinal) - member.ownThen);

  const chooseHeard = (subjectKey: string, recommender: string, withinMs: number): number | 'none' | 'full' => {
    let best: number | 'none' | 'full' = 'none';
    let bestHash = -1;
    for (const [ordinal, member] of members) {
      if (member.leaving || member.plans[recommender] === undefined || !isHeard(member, withinMs)) continue;
      if (best === 'none') best = 'full';
      if (openAt(ordinal, member) >= member.capacity) continue;
      const hash = hashOf(`${ordinal} ${subjectKey}`);
      if (hash <= bestHash) continue;
      best = ordinal;
      bestHash = hash;
    }
    return best;
  };

  onCount(0);
  beat();
  return {
    observe({ aggregator, ordinal, sentAtMs, leaving, openGroups, capacity, plans }) {
      const held = members.get(ordinal);
      const replaced = held !== undefined && held.aggregator !== aggregator && isAlive(held) && !held.leaving;
      if (leaving && replaced) return;
      const receivedMs = clock.monotonicMs();
      const offsetMs = offsets.observe(aggregator, sentAtMs, receivedMs);
      const ageMs = Math.max(0, receivedMs - sentAtMs - offsetMs);
      members.set(ordinal, {
        aggregator,
        heardBeat: beats - Math.floor(ageMs / beatMs),
        leaving,
        announcedOpen: openGroups,
        ownThen: ownOf(ordinal),
        capacity,
        plans,
      });
      tell();
    },
    choose(subjectKey, recommender) {
      // While one speaks the broker carries what they say, and who is silent is gone.
      return chooseHeard(subjectKey, recommender, counted > 0 ? silentMs : allSilentMs);
    },
    opened: (ordinal) => void own.set(ordinal, ownOf(ordinal) + 1),
    closed: (ordinal) => void own.set(ordinal, Math.max(0, ownOf(ordinal) - 1)),
    stop: () => cancelBeat(),
  };
};
