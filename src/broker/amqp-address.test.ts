import { expect, test } from '@jest/globals';
import { parseAmqpAddress, refusedBy } from './amqp-address.ts';
import { BrokerRefusedError } from './errors.ts';

test('the spoken address has no password, the driver gets it and a heartbeat', () => {
  const address = parseAmqpAddress('amqp://ann:s%40cret@rabbit:5672/films');
  expect(address.spoken).toBe('amqp://ann@rabbit:5672/films');
  expect(address.url).toBe('amqp://ann:s%40cret@rabbit:5672/films?heartbeat=5');
});

test('a heartbeat of the address is kept', () => {
  expect(parseAmqpAddress('amqps://rabbit?heartbeat=20').url).toBe('amqps://rabbit?heartbeat=20');
});

test.each(['rabbit:s3cret@host', 'http://ann:s3cret@host', 's3cret'])(
  '%s is refused without being repeated',
  (text) => {
    const parse = (): unknown => parseAmqpAddress(text);
    expect(parse).toThrow(BrokerRefusedError);
    expect(parse).toThrow(/^(?!.*s3cret)/);
  },
);

test.each([
  [
    'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
    'password is wrong',
  ],
  ['Expected ConnectionOpenOk; got <ConnectionClose channel:0>', 'virtual host'],
])('%s is final', (said, why) => {
  expect(refusedBy(new Error(said), parseAmqpAddress('amqp://ann:x@rabbit'))?.message).toContain(why);
});

test.each([
  'connect ECONNREFUSED 127.0.0.1:5672',
  'connect ETIMEDOUT',
  'Socket closed abruptly during opening handshake',
])('%s may pass', (said) => {
  expect(refusedBy(new Error(said), parseAmqpAddress('amqp://rabbit'))).toBeNull();
});
