import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Question, Scored, ScorerDefinition } from '../../src/contract/scoring.ts';

/** A scorer whose lists show whom and what they were made for, so that a mixed answer can't pass for a good one. */
export interface TestScorerSettings {
  /** How long each request takes, ms. */
  delayMs: number;
  /** `sleep`: it waits so long; `cpu`: it computes so long. */
  kind: 'sleep' | 'cpu';
  /** A file that takes a line for each request scored, written before the process does anything else; null: none. */
  journal: string | null;
}

const listed = 20;

/** `user/nonce/`: how every item begins that was made for one question. */
export const itemPrefix = (user: string, nonce: string): string => `${user}/${nonce}/`;

const nonceOf = ({ context }: Question): string => String(context.nonce ?? '-');

export const listFor = (question: Question): Scored => {
  const prefix = itemPrefix(question.subject.id, nonceOf(question));
  const items = Array.from({ length: Math.min(listed, question.topN) }, (_, index) => `${prefix}${index}`);
  return { items, scores: items.map((_, index) => 1 / (index + 1)), floor: 0 };
};

const burn = (ms: number): void => {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) Math.sqrt(untilMs);
};

/** Made in the thread or on the event loop that scores. */
export const createTestScorer = ({ delayMs, kind, journal }: TestScorerSettings): ScorerDefinition => ({
  needs: [],
  load: () => null,
  async score(question) {
    if (kind === 'cpu') burn(delayMs);
    else if (delayMs > 0) await sleep(delayMs);
    if (journal !== null) appendFileSync(journal, `${itemPrefix(question.subject.id, nonceOf(question))}\n`);
    return listFor(question);
  },
});
