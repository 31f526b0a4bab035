import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import { waitForOthers } from '../../src/broker/wait-for-others.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { createTestVhost, password, provisionUsers } from '../support/broker-vhost.ts';
import { describeDataPath } from '../support/data-path.ts';

/** The user a process of the stage is, by its name. */
const roleOf = (process: string): { role: 'gateway' | 'aggregator' | 'scorer'; criterion: string } => {
  const [role, criterion = ''] = process.split('-');
  if (role === 'gateway' || role === 'aggregator' || role === 'scorer') return { role, criterion };
  throw new Error(`${process} has no user here`);
};

describeDataPath('RabbitMQ, where the operator declares and every role has a user of its own', () => {
  const place = createTestVhost();
  let users: Awaited<ReturnType<typeof provisionUsers>> | null = null;
  return {
    async provision(names, criteria) {
      const here = { vhost: place.vhost, admin: () => place.admin({ names }) };
      const admin = here.admin();
      await admin.ensureCore();
      const queue = { maxMessages: 20_000, maxBytes: 268_435_456, durableDeliveryLimit: 20 };
      for (const criterion of criteria) await admin.ensureScorer({ criterion, generation: 0, queue });
      users = await provisionUsers(here, names, criteria);
    },
    async connect(process) {
      if (users === null) throw new Error('nothing is provisioned');
      const { role, criterion } = roleOf(process);
      const user = role === 'scorer' ? users.scorer(criterion) : users[role];
      const broker = await createAmqpBroker({
        ...{ url: place.amqpUrl(user, password), name: process, log: silentLog, metrics: noMetrics },
        clock: systemClock,
      });
      return waitForOthers(broker, { clock: systemClock, log: silentLog });
    },
    close: () => place.remove(),
  };
});
