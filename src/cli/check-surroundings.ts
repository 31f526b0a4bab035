import { createServer } from 'node:net';
import { createAmqpBroker } from '../broker/amqp-broker.ts';
import type { Broker } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { silentLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { explainListenError, type ListenError } from './explain-error.ts';
import type { Terminal } from './terminal.ts';

/** What a command needs of the machine, looked at before it begins. */

/** Long enough for a broker that was started in the same breath, ms. */
const brokerPatienceMs = 10_000;
const noticeAfterMs = 500;

/** @throws InvalidInputError where the port is taken, or the address is none of this machine */
export const checkPort = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: ListenError) =>
      reject(
        new InvalidInputError('Nothing was started', [explainListenError({ address: host, port, ...cause })], {
          cause,
        }),
      ),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });

/**
 * Connects for a command: quietly, with a line of progress where it takes a while.
 *
 * @throws BrokerRefusedError, BrokerUnavailableError each with a sentence for a person
 */
export const connectBroker = async (
  url: string,
  { clock, terminal }: { clock: Clock; terminal: Pick<Terminal, 'progress'> },
): Promise<Broker> => {
  const cancel = clock.setTimer(noticeAfterMs, () => terminal.progress('waiting for RabbitMQ …'));
  try {
    const name = `medley-cli-${process.pid}`;
    const quiet = { clock, log: silentLog, metrics: noMetrics };
    return await createAmqpBroker({ url, name, ...quiet, startPatienceMs: brokerPatienceMs });
  } finally {
    cancel();
    terminal.progress(null);
  }
};

/** @throws BrokerRefusedError, BrokerUnavailableError */
export const checkBroker = async (
  url: string,
  context: { clock: Clock; terminal: Pick<Terminal, 'progress'> },
): Promise<void> => {
  const broker = await connectBroker(url, context);
  await broker.close();
};
