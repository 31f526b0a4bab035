import { accessAs, type BrokerAccess, sharedAccess } from './broker-account.ts';
import type { Trouble } from './conditions/pod-trouble.ts';
import type { Parts } from './parts.ts';
import { hashOf } from './put-right.ts';
import { passwordIn } from './resources/broker-secret.ts';
import { brokerSecretName, type ScorerObject } from './resources/scorer-object.ts';

export interface BrokerReconciler {
  /** Queues and account of one Scorer. Access is null where there is none yet. */
  ensure(scorer: ScorerObject, generation: number): Promise<{ access: BrokerAccess | null; trouble: Trouble | null }>;
  /** Does it anew next time, for that Scorer or for all: something on the broker is gone, or another led meanwhile. */
  forget(scorer?: string): void;
}

/** What was found in order is not looked at again for so long, ms. */
const restMs = 300_000;

/** A failure in one word and its own sentence. */
export const brokerTrouble = (cause: unknown): Trouble => {
  const message = cause instanceof Error ? cause.message : String(cause);
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'BrokerRefusedError') return { reason: 'BrokerRefused', message };
  if (name === 'BrokerConflictError') return { reason: 'BrokerConflict', message };
  return { reason: name === 'BrokerNotWholeError' ? 'BrokerNotWhole' : 'BrokerUnreachable', message };
};

export const createBrokerReconciler = (parts: Parts): BrokerReconciler => {
  const { broker, world, clock, scorerAmqpUrl } = parts;
  /** What all share comes first, and once for all that wait for it. */
  let core: Promise<void> | null = null;
  const done = new Map<string, { hash: string; atMs: number; access: BrokerAccess }>();
  /** What was logged of each: hundreds of Scorers are tried every few seconds while a broker is away. */
  const logged = new Map<string, string>();

  const account = async (scorer: ScorerObject, password: string): Promise<BrokerAccess> => {
    if (!broker.provisions) return sharedAccess(scorerAmqpUrl);
    return accessAs(scorerAmqpUrl, { username: await broker.ensureScorerUser(scorer, password), password });
  };

  return {
    async ensure(scorer, generation) {
      const { name, uid } = scorer.object.metadata;
      const password = passwordIn(world.get('secrets', brokerSecretName(scorer))) ?? parts.createPassword();
      const hash = hashOf([uid, generation, scorer.resource.spec.queue, broker.provisions ? password : '']);
      const before = done.get(name);
      if (before?.hash === hash && clock.monotonicMs() - before.atMs < restMs) {
        return { access: before.access, trouble: null };
      }
      try {
        core ??= broker.ensureCore();
        await core;
        await broker.ensureQueues(scorer, generation);
        const access = await account(scorer, password);
        done.set(name, { hash, atMs: clock.monotonicMs(), access });
        logged.delete(name);
        return { access, trouble: null };
      } catch (cause) {
        core = null;
        const trouble = brokerTrouble(cause);
        if (logged.get(name) !== trouble.message) {
          parts.log.warn({ event: 'broker-not-ready', scorer: name, err: cause }, 'will be tried again');
        }
        logged.set(name, trouble.message);
        return { access: before?.access ?? null, trouble };
      }
    },
    forget(scorer) {
      core = null;
      for (const one of [done, logged]) {
        if (scorer === undefined) one.clear();
        else one.delete(scorer);
      }
    },
  };
};
