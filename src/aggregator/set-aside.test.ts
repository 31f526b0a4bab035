import { describe, expect, test } from '@jest/globals';
import { BrokerUnavailableError, PublishReturnedError } from '../broker/errors.ts';
import type { Outgoing } from '../broker/port.ts';
import { messageTypes } from '../contract/control.ts';
import { createNames, headers } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createSetAside } from './set-aside.ts';

const names = createNames();
const message = {
  type: 'nobody.knows',
  body: Buffer.from('{'),
  exchange: '',
  routingKey: '',
  redelivered: false,
  deliveries: 0,
  headers: {},
};

const create = (failure?: Error) => {
  const published: Outgoing[] = [];
  const metrics = createMetrics({ processMetrics: false });
  const publish = async (outgoing: Outgoing): Promise<void> => {
    if (failure !== undefined) throw failure;
    published.push(outgoing);
  };
  return { published, metrics, setAside: createSetAside({ publisher: { publish }, names, log: silentLog, metrics }) };
};

describe('what is set aside', () => {
  test('goes to the malformed dead letters with its reason, and is counted under a bounded label', async () => {
    const { published, metrics, setAside } = create();
    await setAside.whole(message, 'x'.repeat(1_000));
    expect(published).toMatchObject([
      {
        exchange: names.exchange.deadLetter,
        routingKey: names.dead.malformed,
        persistent: true,
        headers: { [headers.reason]: 'x'.repeat(500), [headers.room]: 'aggregator', [headers.origin]: 'nobody.knows' },
      },
    ]);
    expect(await metrics.text()).toContain('medley_broker_malformed_total{type="other"} 1');
  });

  test('is one message for each bad part', async () => {
    const { published, setAside } = create();
    const bad = [1, 2].map((number) => ({ envelope: { lane: 'durable', partials: [number] }, reason: `${number}` }));
    await setAside.parts(messageTypes.partials, bad);
    expect(published.map(({ body }) => `${body}`)).toEqual([
      '{"lane":"durable","partials":[1]}',
      '{"lane":"durable","partials":[2]}',
    ]);
  });

  test('comes back where the broker is away, so that nothing is lost', async () => {
    const { setAside } = create(new BrokerUnavailableError('gone'));
    await expect(setAside.whole(message, 'why')).rejects.toThrow('gone');
  });

  test('is dropped where the dead letters do not take it: it would come back for ever', async () => {
    const { setAside } = create(new PublishReturnedError('no queue'));
    await expect(setAside.whole(message, 'why')).resolves.toBeUndefined();
  });
});
