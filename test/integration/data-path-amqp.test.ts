import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { testAmqpUrl } from '../support/broker-amqp.ts';
import { describeDataPath } from '../support/data-path.ts';

describeDataPath('RabbitMQ', () => ({
  connect: (name) =>
    createAmqpBroker({ url: testAmqpUrl, name, log: silentLog, metrics: noMetrics, clock: systemClock }),
  close: async () => undefined,
}));
