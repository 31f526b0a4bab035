import { parseArgs } from 'node:util';

/** What a run is told on its command line, complete and checked. */
export interface Options {
  amqpUrl: string;
  systems: readonly string[];
  rounds: number;
  /** Caller counts measured in each round. */
  callers: readonly number[];
  seconds: number;
  /** How long three scorers sleep in the pass with delays, ms; empty: no such pass. */
  delaysMs: readonly number[];
  /** The scorers work each list out, instead of taking it from a table. */
  work: boolean;
  jsonFile: string | null;
  profileTo: string | null;
  /** The broker's process, to count its CPU time as well; null: not counted. */
  brokerPid: number | null;
}

export const usage = `npm run bench -- [OPTION]…
  --systems A,B   which systems (all)
  --rounds N      rounds, each system once a round (5)
  --callers A,B   callers that ask at once (1,128)
  --seconds N     how long each is measured in a round (1.5)
  --delays A,B    a pass at one caller with scorers that sleep so long, ms; 0 for none (20,40,80)
  --work          scorers that work their lists out, some 20 µs each, instead of taking them from a table
  --json FILE     write every figure as JSON
  --profile DIR   write a CPU profile of every process
  --broker-pid N  count this process's CPU time with every system (the broker's, when nobody else uses it)
  --url URL       the broker (MEDLEY_TEST_AMQP_URL, else amqp://guest:guest@127.0.0.1:5672)
`;

const numbers = (name: string, text: string, least: number): number[] =>
  text.split(',').map((part) => {
    const value = Number(part);
    if (part.trim() === '' || !Number.isFinite(value) || value < least) {
      throw new RangeError(`--${name} takes numbers from ${least}, separated by commas; it was given ${text}`);
    }
    return value;
  });

const single = (name: string, text: string, least: number): number => {
  const [value = least, ...more] = numbers(name, text, least);
  if (more.length > 0) throw new RangeError(`--${name} takes one number; it was given ${text}`);
  return value;
};

/** @throws RangeError, or parseArgs' TypeError, with a sentence for the user; null where help is asked for */
export const readOptions = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): Options | null => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      systems: { type: 'string', default: known.join() },
      rounds: { type: 'string', default: '5' },
      callers: { type: 'string', default: '1,128' },
      seconds: { type: 'string', default: '1.5' },
      delays: { type: 'string', default: '20,40,80' },
      work: { type: 'boolean', default: false },
      json: { type: 'string' },
      profile: { type: 'string' },
      'broker-pid': { type: 'string' },
      url: { type: 'string', default: env.MEDLEY_TEST_AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const systems = values.systems.split(',');
  const unknown = systems.find((system) => !known.includes(system));
  if (unknown !== undefined) throw new RangeError(`--systems knows ${known.join(', ')}; it was given ${unknown}`);
  const delaysMs = numbers('delays', values.delays, 0);
  return {
    amqpUrl: values.url,
    systems,
    rounds: single('rounds', values.rounds, 1),
    callers: numbers('callers', values.callers, 1),
    seconds: single('seconds', values.seconds, 0.1),
    delaysMs: delaysMs.some((delayMs) => delayMs > 0) ? delaysMs : [],
    work: values.work,
    jsonFile: values.json ?? null,
    profileTo: values.profile ?? null,
    brokerPid: values['broker-pid'] === undefined ? null : single('broker-pid', values['broker-pid'], 1),
  };
};
