import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { BrokerRefusedError, BrokerUnavailableError, TopologyMismatchError } from '../broker/errors.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { StoreUnavailableError } from '../store/port.ts';
import { GatewayError } from './ask-gateway.ts';
import { checkPort } from './check-surroundings.ts';
import { explainError } from './explain-error.ts';

const listenError = (code: string, fields: object = { address: '127.0.0.1', port: 80 }) =>
  Object.assign(new Error(`listen ${code}`), { code, syscall: 'listen', ...fields });

describe('an error', () => {
  test.each([
    new InvalidInputError('The resources', ['no Recommender']),
    new BrokerRefusedError('the password is wrong'),
    new BrokerUnavailableError('no broker'),
    new TopologyMismatchError('queue a is otherwise'),
    new StoreUnavailableError('the store does not answer'),
    new GatewayError('404 unknown-user: nobody'),
  ])('of input or surroundings is its own sentence: $name', (error) => {
    expect(explainError(error)).toBe(error.message);
  });

  test.each([
    [listenError('EADDRINUSE'), 'port 80 on 127.0.0.1 is taken: stop what listens there, or choose another by --port'],
    [listenError('EACCES'), 'port 80 on 127.0.0.1 needs more rights than this process has: choose one from 1024'],
    [listenError('EADDRNOTAVAIL'), "127.0.0.1 can't be listened on (EADDRNOTAVAIL): choose another by --host"],
  ])('of listening says what to choose instead', (error, sentence) => {
    expect(explainError(error)).toBe(sentence);
  });

  test('that is ours keeps its stack', () => {
    expect(explainError(new TypeError('x is undefined'))).toMatch(/^TypeError: x is undefined\n {4}at /);
    expect(explainError('thrown text')).toBe('thrown text');
  });
});

describe('a port', () => {
  test('that is free passes, one that is taken is told', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(checkPort('127.0.0.1', port)).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
    server.close();
    await once(server, 'close');
    await checkPort('127.0.0.1', port);
  });

  test('of an address that is none of this machine is told', async () => {
    await expect(checkPort('192.0.2.1', 8080)).rejects.toThrow("192.0.2.1 can't be listened on (EADDRNOTAVAIL)");
  });
});
