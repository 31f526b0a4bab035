import { expect, test } from '@jest/globals';
import { queueArguments } from './amqp-topology.ts';

test('a classic queue drops its head when full and may expire', () => {
  expect(queueArguments({ name: 'q', kind: 'classic', maxMessages: 3, maxBytes: 9, expiresMs: 60_000 })).toEqual({
    'x-queue-type': 'classic',
    'x-max-length': 3,
    'x-max-length-bytes': 9,
    'x-overflow': 'drop-head',
    'x-expires': 60_000,
  });
});

test('a quorum queue refuses when full, counts deliveries and names its dead letters', () => {
  const deadLetter = { exchange: 'dead', key: 'q.dead' };
  expect(queueArguments({ name: 'q', kind: 'quorum', maxMessages: 3, deliveryLimit: 20, deadLetter })).toEqual({
    'x-queue-type': 'quorum',
    'x-max-length': 3,
    'x-overflow': 'reject-publish',
    'x-delivery-limit': 20,
    'x-dead-letter-exchange': 'dead',
    'x-dead-letter-routing-key': 'q.dead',
  });
});

test('a quorum queue without a delivery limit is told a number, for RabbitMQ 4 would take 20', () => {
  expect(queueArguments({ name: 'q', kind: 'quorum' })).toEqual({
    'x-queue-type': 'quorum',
    'x-delivery-limit': 1_000_000,
  });
});
