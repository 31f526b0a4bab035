/** Scorers for threads, made by name: what the tests of isolation, death and model swaps run. */
import type { ScoreResult, ScorerDefinition } from '../../src/contract/scoring.ts';

const burn = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

const listed = (item: string): ScoreResult => ({ items: [item], scores: [1], floor: null });

/** What a request's `context.act` makes the scorer do. */
const act = (context: Readonly<Record<string, unknown>>): void => {
  if (typeof context.burnMs === 'number') burn(context.burnMs);
  if (context.act === 'exit') process.exit(3);
  if (context.act === 'hang') burn(Number.POSITIVE_INFINITY);
  if (context.act === 'throw') throw new Error('thrown in a thread');
};

/** Does what the request says and lists its subject. */
export const createObedient = (): ScorerDefinition => ({
  needs: [],
  load: () => null,
  score({ subject, context }) {
    act(context);
    return listed(subject.id);
  },
});

/** Answers later, and says when it was told to give up. */
export const createWaiter = (): ScorerDefinition => ({
  needs: [],
  load: () => null,
  score: (_, __, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(listed('told to give up')))),
});

/**
 * Lists the text of its model, how it got its bytes and a setting. A model that begins with `slow` takes 400 ms to
 * load, one that begins with `bad` cannot be.
 */
export const createModelled = (): ScorerDefinition<string> => ({
  needs: ['facts'],
  load({ facts }, settings) {
    if (facts === undefined) throw new Error('no facts');
    const text = new TextDecoder().decode(Uint8Array.from(facts));
    if (text.startsWith('slow')) burn(400);
    if (text.startsWith('bad')) throw new Error('these are no facts');
    return `${text}, ${facts.buffer instanceof SharedArrayBuffer ? 'shared' : 'copied'}, ${settings.tone}`;
  },
  score: (_, model) => listed(model),
});
