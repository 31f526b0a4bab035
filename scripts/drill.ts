/**
 * npm run drill: processes are killed, stopped and restarted under load on a real RabbitMQ, and what callers got is tabled.
 * Exits 1 when something that must hold did not. What each drill shows: docs/faults.md.
 */
import { parseArgs } from 'node:util';
import { correlationFaults, renderCorrelation, runCorrelation } from '../test/faults/correlation.ts';
import { runBlows } from '../test/faults/drill-blows.ts';
import { runHoard, runParallel } from '../test/faults/drill-spread.ts';
import { runTurtle } from '../test/faults/drill-turtle.ts';

const roles = ['scorer', 'aggregator', 'gateway'] as const;
const others = ['correlation', 'turtle', 'hoard', 'parallel'] as const;
const hows = ['kill', 'stop', 'restart'] as const;
const kinds = ['sleep', 'cpu'] as const;

const usage = `npm run drill -- [WHAT]… [OPTION]…
  WHAT             ${[...roles, ...others].join(', ')} (the first three)
  --how A,B        ${hows.join(', ')}: what is done to a scorer, aggregator or gateway: SIGKILL; SIGSTOP, and
                   SIGCONT after a while; SIGTERM (all three)
  --stopped N      how long that while is, s (5)
  --times N        how often in each of these drills (20)
  --share X        load as a share of the capacity found (0.7)
  --capacity N     callers a second instead of finding the capacity
  --service N      what a request costs each of the three scorers, two processes each, ms (10)
  --broker-pid N   the broker's process, to tell when the machine kept it waiting
  --requests N     correlation: how many (100000)
  --kind A,B       turtle: ${kinds.join(', ')} (both)
  --users N        turtle: how many ask at once (200)
  --seconds N      turtle: for how long (20)
  --think N        turtle: between an answer and the next question, ms (0)
  --broker URL     amqp://…, or for turtle, hoard and parallel \`embedded\`: all roles in one process
                   (MEDLEY_TEST_AMQP_URL, else amqp://guest:guest@127.0.0.1:5672)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    what: { type: 'string' },
    how: { type: 'string', default: hows.join() },
    times: { type: 'string', default: '20' },
    stopped: { type: 'string', default: '5' },
    share: { type: 'string', default: '0.7' },
    capacity: { type: 'string' },
    service: { type: 'string', default: '10' },
    'broker-pid': { type: 'string' },
    requests: { type: 'string', default: '100000' },
    kind: { type: 'string', default: kinds.join() },
    users: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    think: { type: 'string', default: '0' },
    broker: { type: 'string', default: process.env.MEDLEY_TEST_AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672' },
    help: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => console.log(line);
const { broker } = values;

/** @throws RangeError naming what is not known */
const choose = <T extends string>(given: string, known: readonly T[]): readonly T[] => {
  const named = given.split(',');
  const unknown = named.find((one) => !known.some((each) => each === one));
  if (unknown !== undefined) throw new RangeError(`${unknown} is none of ${known.join(', ')}\n${usage}`);
  return known.filter((one) => named.includes(one));
};

const drillRole = async (role: (typeof roles)[number]): Promise<readonly string[]> => {
  const faults: string[] = [];
  for (const how of choose(values.how, hows)) {
    say(`\n## ${how} ${role} × ${values.times}\n`);
    const result = await runBlows({
      ...{ role, how, say, random: Math.random, amqpUrl: broker },
      times: Number(values.times),
      stoppedMs: Number(values.stopped) * 1_000,
      share: Number(values.share),
      serviceMs: Number(values.service),
      brokerPid: values['broker-pid'] === undefined ? null : Number(values['broker-pid']),
      capacity: values.capacity === undefined ? null : Number(values.capacity),
    });
    faults.push(...result.faults.map((fault) => `${how} ${role}: ${fault}`));
  }
  return faults;
};

const drillCorrelation = async (): Promise<readonly string[]> => {
  const requests = Number(values.requests);
  say(`\n## correlation under fire, ${requests} requests\n`);
  const found = await runCorrelation({ requests, warmUp: 30_000 });
  say(renderCorrelation(found));
  return correlationFaults(found);
};

const drillTurtle = async (): Promise<readonly string[]> => {
  const faults: string[] = [];
  for (const kind of choose(values.kind, kinds)) {
    say(`\n## a turtle (${kind}), ${broker === 'embedded' ? 'in one process' : 'on RabbitMQ'}\n`);
    const { users, seconds, think } = values;
    const load = { users: Number(users), seconds: Number(seconds), thinkMs: Number(think) };
    const found = await runTurtle({ kind, broker, ...load, say });
    faults.push(...found.map((fault) => `turtle (${kind}): ${fault}`));
  }
  return faults;
};

const drill = async (what: (typeof roles | typeof others)[number]): Promise<readonly string[]> => {
  switch (what) {
    case 'correlation':
      return drillCorrelation();
    case 'turtle':
      return drillTurtle();
    case 'hoard':
      say('\n## a hoard of callers\n');
      return runHoard({ broker, say });
    case 'parallel':
      say('\n## side by side\n');
      return runParallel({ broker, say });
    default:
      return drillRole(what);
  }
};

if (values.help) say(usage);
else {
  const faults: string[] = [];
  const named = [...positionals, ...(values.what === undefined ? [] : [values.what])];
  for (const what of choose(named.join() || roles.join(), [...roles, ...others])) faults.push(...(await drill(what)));
  say(faults.length === 0 ? '\nall of it holds' : `\ndoes not hold:\n${faults.join('\n')}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
