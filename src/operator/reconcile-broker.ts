import { criterionOf } from '../contract/resources.ts';
import type { Trouble } from './conditions/pod-trouble.ts';
import type { Parts } from './parts.ts';
import { hashOf } from './put-right.ts';
import { passwordIn } from './resources/broker-secret.ts';
import { brokerSecretName, type ScorerObject } from './resources/scorer-object.ts';

/** How a scorer reaches the broker. */
export interface BrokerAccess {
  url: string;
  username: string;
  password: string;
}

export interface BrokerReconciler {
  /** Queues and account of one Scorer. Trouble comes with the access it would have. */
  ensure(scorer: ScorerObject, generation: number): Promise<{ access: BrokerAccess; trouble: Trouble | null }>;
  /** Does it anew next time: something on the broker is gone. */
  forget(): void;
}

/** What was found in order is not looked at again for so long, ms. */
const restMs = 300_000;

/** A failure in one word and its own sentence. */
export const brokerTrouble = (cause: unknown): Trouble => {
  const message = cause instanceof Error ? cause.message : String(cause);
  const name = cause instanceof Error ? cause.name : '';
  if (/refused/i.test(name)) return { reason: 'BrokerRefused', message };
  if (/conflict|mismatch/i.test(name)) return { reason: 'BrokerConflict', message };
  return { reason: 'BrokerUnreachable', message };
};

export const createBrokerReconciler = (parts: Parts): BrokerReconciler => {
  const { broker, world, clock } = parts;
  const done = new Map<string, { hash: string; atMs: number; username: string }>();

  const withAccount = (account: { username: string; password: string }): BrokerAccess => {
    const url = new URL(parts.scorerAmqpUrl);
    url.username = encodeURIComponent(account.username);
    url.password = encodeURIComponent(account.password);
    return { url: url.href, ...account };
  };
  const shared = (): BrokerAccess => {
    const { username, password } = new URL(parts.scorerAmqpUrl);
    const account = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
    return { url: parts.scorerAmqpUrl, ...account };
  };

  return {
    async ensure(scorer, generation) {
      const { name } = scorer.object.metadata;
      const criterion = criterionOf(scorer.resource);
      const { queue } = scorer.resource.spec;
      const password = passwordIn(world.get('secrets', brokerSecretName(scorer))) ?? parts.createPassword();
      const hash = hashOf([criterion, generation, queue, password]);
      const before = done.get(name);
      const fresh = before?.hash === hash && clock.monotonicMs() - before.atMs < restMs;
      try {
        let username = before?.username ?? '';
        if (!fresh) {
          await broker.ensureScorer({ criterion, generation, queue });
          const user = await broker.ensureScorerUser?.({ scorer: name, criterion, generation, password });
          username = user?.username ?? '';
          done.set(name, { hash, atMs: clock.monotonicMs(), username });
        }
        const access = broker.ensureScorerUser === null ? shared() : withAccount({ username, password });
        return { access, trouble: null };
      } catch (cause) {
        parts.log.warn({ event: 'broker-not-ready', scorer: name, err: cause }, 'will be tried again');
        return { access: withAccount({ username: before?.username ?? '', password }), trouble: brokerTrouble(cause) };
      }
    },
    forget() {
      done.clear();
    },
  };
};
