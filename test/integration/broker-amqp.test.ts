import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import { deleteTopology, testAmqpUrl } from '../support/broker-amqp.ts';
import { describeBroker } from '../support/broker-conformance.ts';
import { createHarness, realClock } from '../support/broker-fixture.ts';

describeBroker('RabbitMQ', () =>
  createHarness({
    open: (telemetry, name, options) =>
      createAmqpBroker({ ...telemetry, ...options, url: testAmqpUrl, name, clock: realClock }),
    remove: deleteTopology,
  }),
);
