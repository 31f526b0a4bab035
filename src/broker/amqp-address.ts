import { BrokerRefusedError } from './errors.ts';

/** Where RabbitMQ is: what to hand to the driver, and what may be said aloud. */
export interface AmqpAddress {
  /** With the heartbeat, which the driver reads from the address alone. */
  url: string;
  /** Without the password: for logs and errors. */
  spoken: string;
  user: string;
}

const heartbeatS = 5;

/**
 * Reads an `amqp://` or `amqps://` address.
 *
 * @throws BrokerRefusedError it is none; the message does not repeat it, for it may hold a password
 */
export const parseAmqpAddress = (text: string): AmqpAddress => {
  if (!URL.canParse(text))
    throw new BrokerRefusedError('the address of the broker is not a URL like amqp://user:password@host:5672/vhost');
  const url = new URL(text);
  if (url.protocol !== 'amqp:' && url.protocol !== 'amqps:') {
    throw new BrokerRefusedError(
      `the address of the broker must begin with amqp:// or amqps://, not ${url.protocol}//`,
    );
  }
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(heartbeatS));
  const user = url.username === '' ? 'guest' : url.username;
  return { url: url.href, spoken: `${url.protocol}//${user}@${url.host}${url.pathname}`, user };
};

/** Said by the broker during the handshake: no wait will change it. RabbitMQ closes with 530 for an unknown virtual host. */
const refusal = /ACCESS.REFUSED|NOT.ALLOWED|Expected ConnectionOpenOk|SASL mechanism/;

/** The error of a connection that can never be, or null when trying again may help. */
export const refusedBy = (error: unknown, address: AmqpAddress): BrokerRefusedError | null => {
  const said = error instanceof Error ? error.message : String(error);
  if (!refusal.test(said)) return null;
  const why = said.includes('ConnectionOpenOk')
    ? `user ${address.user} may not use this virtual host, or there is none of this name`
    : `user ${address.user} or the password is wrong`;
  return new BrokerRefusedError(`${address.spoken} refused the connection: ${why}`, { cause: error });
};
