/**
 * npm run drill: processes are killed, stopped and restarted under load on a real RabbitMQ, and what callers got is tabled.
 * Exits 1 when something that must hold did not. What each drill shows: docs/faults.md.
 */
import { parseArgs } from 'node:util';
import { runBlows } from '../test/faults/drill-blows.ts';

const usage = `npm run drill -- [OPTION]…
  --what A,B       scorer, aggregator, gateway: which role (all three)
  --how A,B        kill (SIGKILL), stop (SIGSTOP, SIGCONT after 5 s), restart (SIGTERM): what is done to it (all three)
  --times N        how often in each drill (20)
  --share X        load as a share of the capacity found (0.7)
  --capacity N     callers a second instead of finding the capacity
  --broker URL     the broker (MEDLEY_TEST_AMQP_URL, else amqp://guest:guest@127.0.0.1:5672)
`;

const say = (line: string): void => console.log(line);

const roles = ['scorer', 'aggregator', 'gateway'] as const;
const hows = ['kill', 'stop', 'restart'] as const;

const choose = <T extends string>(given: string | undefined, known: readonly T[]): readonly T[] => {
  if (given === undefined) return known;
  const named = given.split(',');
  const unknown = named.find((one) => !known.some((each) => each === one));
  if (unknown !== undefined) throw new RangeError(`${unknown} is none of ${known.join(', ')}\n${usage}`);
  return known.filter((one) => named.includes(one));
};

const { values } = parseArgs({
  options: {
    what: { type: 'string' },
    how: { type: 'string' },
    times: { type: 'string', default: '20' },
    share: { type: 'string', default: '0.7' },
    capacity: { type: 'string' },
    broker: { type: 'string', default: process.env.MEDLEY_TEST_AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) say(usage);
else {
  const faults: string[] = [];
  for (const how of choose(values.how, hows)) {
    for (const role of choose(values.what, roles)) {
      say(`\n## ${how} ${role} × ${values.times}\n`);
      const result = await runBlows({
        ...{ role, how, say, random: Math.random, amqpUrl: values.broker },
        times: Number(values.times),
        share: Number(values.share),
        capacity: values.capacity === undefined ? null : Number(values.capacity),
      });
      faults.push(...result.faults.map((fault) => `${how} ${role}: ${fault}`));
    }
  }
  say(faults.length === 0 ? '\nall of it holds' : `\ndoes not hold:\n${faults.join('\n')}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
