import type { Clock } from '../contract/clock.ts';
import { createNames } from '../contract/topology.ts';
import { vhostOf } from '../operator/broker-account.ts';
import { createBrokerAdmin } from '../operator/broker-admin/broker-admin.ts';
import type { RemovedAll } from '../operator/broker-admin/remove-all.ts';
import type { Kube } from '../operator/kube/port.ts';
import { silentLog } from '../runtime/log.ts';
import { type LastStep, takeLastSteps } from './last-steps.ts';
import { stripFinalizers } from './strip-finalizers.ts';

/** Options of `medley cluster strip`. */
export interface StripFlags {
  namespace: string;
  /** Which installation this is; what another one has on the broker is left. */
  owner: string;
  brokerObjects: boolean;
  /** `http(s)://user:password@host:15672`. */
  managementUrl?: string;
  /** `amqp://user:password@host:5672/vhost`, as its processes are given it: names the virtual host. */
  amqpUrl?: string;
  vhost?: string;
  prefix: string;
  sharedUser: boolean;
  withinSeconds: number;
}

/**
 * Deletes what an installation has on a broker that lives on after it, and says what went.
 *
 * @throws Error where something is left, naming the first of it
 */
export const stripBroker = async (
  admin: { removeAll(): Promise<RemovedAll> },
  say: (line: string) => void,
): Promise<void> => {
  const { removed, left } = await admin.removeAll();
  for (const what of removed) say(`${what}: deleted`);
  const [first, ...others] = left;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new Error(`${first.what} is left${more}: ${first.because}`);
};

/**
 * The virtual host its processes work in, and no usual one: under the same prefix another installation may have its own there.
 *
 * @throws Error where nobody said which
 */
export const vhostIn = ({ amqpUrl, vhost }: Pick<StripFlags, 'amqpUrl' | 'vhost'>): string => {
  const named = amqpUrl === undefined ? vhost : vhostOf(amqpUrl);
  if (named === undefined)
    throw new Error('nobody said which virtual host it is on (--amqp-url, MEDLEY_AMQP_URL or --vhost)');
  return named;
};

const brokerStep = (flags: StripFlags, { clock, say }: { clock: Clock; say: (line: string) => void }): LastStep => ({
  what: 'delete what is on the broker',
  async work() {
    const { managementUrl, owner, prefix, sharedUser } = flags;
    if (managementUrl === undefined)
      throw new Error('nobody said where its management API is (--management-url or MEDLEY_MANAGEMENT_URL)');
    const vhost = vhostIn(flags);
    const names = createNames(prefix);
    const admin = createBrokerAdmin({
      managementUrl,
      vhost,
      names,
      owner,
      provisionUsers: !sharedUser,
      clock,
      log: silentLog,
    });
    await stripBroker(admin, say);
  },
});

/** What nobody is left to do once an operator is gone. Ends in time, and never fails: what was left is told. */
export const strip = async (
  flags: StripFlags,
  tools: { kube: Pick<Kube, 'list' | 'merge' | 'serves'>; clock: Clock; say: (line: string) => void },
): Promise<void> => {
  const finalizers: LastStep = { what: 'take the finalizers away', work: () => stripFinalizers(tools) };
  // The clock's timers keep no process alive, and between two attempts there is nothing else.
  const keepAlive = setInterval(() => {}, 2 ** 30);
  try {
    await takeLastSteps({
      ...{ withinMs: flags.withinSeconds * 1_000, clock: tools.clock, say: tools.say },
      steps: flags.brokerObjects ? [finalizers, brokerStep(flags, tools)] : [finalizers],
    });
  } finally {
    clearInterval(keepAlive);
  }
};
