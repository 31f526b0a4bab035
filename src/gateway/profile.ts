import type { Clock } from '../contract/clock.ts';
import { ProblemError } from '../contract/errors.ts';
import type { RecommendationRequest } from '../contract/http.ts';
import { limits } from '../contract/limits.ts';
import type { Subject } from '../contract/primitives.ts';
import type { Profile } from '../contract/request-batch.ts';

/** Whom a request is about and what is known of him, resolved once at the door so that scorers hold only their model. */
export interface Resolved {
  profile: Profile;
  /** Ids to drop besides the profile's. */
  seen: readonly string[];
}

export type ProfileSource = (request: RecommendationRequest, rules: { excludeSeen: boolean }) => Promise<Resolved>;

/** What it needs of the store. */
export interface ProfileStore {
  feedback: {
    history(
      user: string,
      limit: number,
    ): Promise<{ items: readonly string[]; weights: readonly number[]; atMs: readonly number[] }>;
  };
  items: { get(ids: readonly string[]): Promise<readonly { id: string }[]>; count(): Promise<number> };
}

/** The subject of a request; an anonymous session is known by the request's own id. */
export const subjectOf = (request: RecommendationRequest, requestId: string): Subject => {
  if (request.item !== undefined) return { kind: 'item', id: request.item };
  if (request.user !== undefined) return { kind: 'user', id: request.user };
  return { kind: 'session', id: request.session?.id ?? requestId };
};

type SessionHistory = NonNullable<RecommendationRequest['session']>['history'];

/** A session's history as a profile: newest first, each item once. Events without a moment count as of now, in the order given. */
export const sessionProfile = (history: SessionHistory, nowMs: number): Profile => {
  const newestFirst = history
    .map((event) => ({ ...event, atMs: event.atMs ?? nowMs }))
    .sort((one, other) => other.atMs - one.atMs);
  const seen = new Set<string>();
  const once = newestFirst.filter((event) => !seen.has(event.item) && seen.add(event.item));
  return {
    items: once.map((event) => event.item),
    weights: once.map((event) => event.weight),
    atMs: once.map((event) => event.atMs),
  };
};

/**
 * Resolves profiles from the store.
 *
 * A user's newest `limits.profileItems` items carry weight and time; older ones, up to `limits.seenItems`, travel as
 * bare ids. What the caller excludes comes first, since it was asked for.
 *
 * @throws ProblemError `unknown-item` when the subject is an item that a catalogue with items does not have
 * @throws StoreUnavailableError from the store
 */
export const createProfileSource = (store: ProfileStore, clock: Clock): ProfileSource => {
  const historyOf = (user: string) => store.feedback.history(user, limits.profileItems + limits.seenItems);

  const requireItem = async (item: string): Promise<void> => {
    const found = await store.items.get([item]);
    if (found.length > 0 || (await store.items.count()) === 0) return;
    throw new ProblemError('unknown-item', `There is no item ${JSON.stringify(item)} in the catalogue.`);
  };

  const ofItem = async (item: string, request: RecommendationRequest, excludeSeen: boolean): Promise<Resolved> => {
    await requireItem(item);
    const watched = request.user !== undefined && excludeSeen ? (await historyOf(request.user)).items : [];
    // An item is not like itself, unless the caller named it as one to be judged.
    const itself = request.candidates?.includes(item) === true ? [] : [item];
    return {
      profile: { items: [item], weights: [1], atMs: [clock.nowMs()] },
      seen: [...request.exclude, ...itself, ...watched].slice(0, limits.seenItems),
    };
  };

  const ofUser = async (user: string, exclude: readonly string[], excludeSeen: boolean): Promise<Resolved> => {
    const { items, weights, atMs } = await historyOf(user);
    if (items.length <= limits.profileItems) return { profile: { items, weights, atMs }, seen: exclude };
    const older = excludeSeen ? items.slice(limits.profileItems) : [];
    return {
      profile: {
        items: items.slice(0, limits.profileItems),
        weights: weights.slice(0, limits.profileItems),
        atMs: atMs.slice(0, limits.profileItems),
      },
      seen: [...exclude, ...older].slice(0, limits.seenItems),
    };
  };

  return async (request, { excludeSeen }) => {
    const { exclude, item, user, session } = request;
    if (item !== undefined) return ofItem(item, request, excludeSeen);
    if (user !== undefined) return ofUser(user, exclude, excludeSeen);
    return { profile: sessionProfile(session?.history ?? [], clock.nowMs()), seen: exclude };
  };
};
