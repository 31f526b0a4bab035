import { deleteTopology } from '../../broker/amqp-delete.ts';
import type { Broker } from '../../broker/port.ts';
import type { Clock } from '../../contract/clock.ts';
import { InvalidInputError } from '../../contract/errors.ts';
import { coreTopology, createNames, type Names, scorerTopology, type Topology } from '../../contract/topology.ts';
import { connectBroker } from '../check-surroundings.ts';
import type { ChildEnd } from '../start-child.ts';
import type { Terminal } from '../terminal.ts';
import { answerChecks } from './answer-checks.ts';
import type { Check, Trial } from './check.ts';
import { lossChecks } from './loss-checks.ts';
import { createObstacle, obstacleTopology } from './obstacle.ts';
import { refusalChecks } from './refusal-checks.ts';
import type { Sample } from './sample-requests.ts';
import { createScorerUnderTest, type ScorerUnderTest } from './scorer-under-test.ts';
import { createStand, type Stand, standTopologies } from './stand.ts';
import { fail, pass, skip, type Verdict } from './verdict.ts';

/** `medley verify-scorer`: holds a scorer in any language against the contract, on a real RabbitMQ. */
export interface VerifyOptions {
  broker: string;
  criterion: string;
  /** A line for the shell: the scorer is started under a prefix of its own. Absent: it runs already. */
  command: string | undefined;
  /** Of the installation it runs in already; nothing of it is ever deleted. */
  prefix: string | undefined;
  samples: readonly Sample[];
  patienceMs: number;
  /** The scorer's own output is shown. */
  verbose: boolean;
}

export interface VerifyContext {
  clock: Clock;
  randomId: () => string;
  terminal: Pick<Terminal, 'progress'>;
}

export type CheckResult = Pick<Check, 'name' | 'says'> & Verdict;

const startPatienceMs = 30_000;
const stopPatienceMs = 10_000;

const howItEnded = ({ code, signal, error }: ChildEnd): string =>
  error !== undefined ? `could not be started: ${error.message}` : `ended with ${signal ?? `exit code ${code}`}`;

/** Waits until the scorer has answered something; a sentence where it does not. */
const whenServing = async ({ stand, scorer }: Trial, clock: Clock): Promise<string | null> => {
  const request = stand.request();
  await stand.send([request]);
  const giveUpAtMs = clock.monotonicMs() + startPatienceMs;
  while ((await stand.unanswered([request], 100)).length > 0) {
    const end = scorer?.ended() ?? null;
    if (end !== null) return `its process ${howItEnded(end)} before it answered anything`;
    if (clock.monotonicMs() > giveUpAtMs) return `it answered nothing within ${startPatienceMs / 1_000} s`;
  }
  return null;
};

const starts = { name: 'starts', says: 'subscribes to its queue and answers a first request' };

const runCheck = async (check: Check, trial: Trial, clock: Clock): Promise<Verdict> => {
  const verdict = await check.run(trial);
  const end = trial.scorer?.ended() ?? null;
  if (end === null) return verdict;
  // It died of what it was sent; the next check deserves a living one.
  trial.scorer?.ensure();
  const silent = await whenServing(trial, clock);
  const died = `its process ${howItEnded(end)}${silent === null ? '' : `, and once started again ${silent}`}`;
  return fail(verdict.outcome === 'fail' ? `${verdict.because}; ${died}` : died);
};

/** A scorer that runs already has its queues; one that is started here is given some. */
const prepare = async (broker: Broker, names: Names, options: VerifyOptions): Promise<readonly Topology[]> => {
  const { criterion, command } = options;
  const own = [coreTopology(names), scorerTopology(names, criterion)];
  if (command !== undefined) {
    for (const topology of own) await broker.declare(topology);
    return own;
  }
  const queue = names.scorer(criterion, 'interactive', 0);
  if ((await broker.depth(queue)) !== null) return [];
  throw new InvalidInputError('No scorer can be there', [
    `there is no queue ${queue}: is --prefix right? --command starts a scorer of its own`,
  ]);
};

const createScorer = (options: VerifyOptions, names: Names, clock: Clock): ScorerUnderTest | null => {
  const { command, broker, criterion, verbose } = options;
  if (command === undefined) return null;
  const env = { MEDLEY_AMQP_URL: broker, MEDLEY_PREFIX: names.prefix, MEDLEY_CRITERION: criterion };
  // The signal goes to the whole group: the shell lets it pass, and ends as the scorer ends.
  const spec = { name: criterion, command: 'sh', args: ['-c', `trap : TERM\n${command}`], env, quiet: !verbose };
  return createScorerUnderTest(spec, clock);
};

/** Runs the checks one after the other and tells each result as it comes. */
async function* runAll(checks: readonly Check[], trial: Trial, context: VerifyContext): AsyncIterable<CheckResult> {
  const { clock, terminal } = context;
  terminal.progress('waiting for the scorer …');
  const silent = await whenServing(trial, clock);
  yield { ...starts, ...(silent === null ? pass : fail(silent)) };
  for (const check of checks) {
    const { name, says } = check;
    terminal.progress(`checking: ${says} …`);
    yield { name, says, ...(silent === null ? await runCheck(check, trial, clock) : skip('it never answered')) };
  }
}

/** An ordinal no aggregator has, so that nobody's partials are taken. */
const farOrdinal = (randomId: () => string): number => 1_000_000 + (Number.parseInt(randomId().slice(0, 6), 16) & ~1);

/**
 * Yields the result of each check. What was declared for it is deleted in the end, and a scorer started here is stopped.
 *
 * @throws BrokerRefusedError, BrokerUnavailableError, InvalidInputError where there is nothing to check
 */
export async function* verifyScorer(options: VerifyOptions, context: VerifyContext): AsyncIterable<CheckResult> {
  const { clock, randomId } = context;
  const { criterion, samples, patienceMs } = options;
  const names = createNames(options.command === undefined ? options.prefix : `verify-${randomId().slice(0, 8)}`);
  const ordinal = farOrdinal(randomId);
  const broker = await connectBroker(options.broker, context);
  let declared: readonly Topology[] = [];
  let scorer: ScorerUnderTest | null = null;
  try {
    declared = await prepare(broker, names, options);
    scorer = createScorer(options, names, clock);
    const stand: Stand = await createStand({ broker, names, criterion, samples, patienceMs, clock, randomId, ordinal });
    declared = [...declared, ...standTopologies(names, ordinal), obstacleTopology(names, ordinal + 1)];
    scorer?.ensure();
    const obstacle = () => createObstacle({ broker, names, ordinal: ordinal + 1 }, stand.take);
    yield* runAll([...answerChecks, ...refusalChecks, ...lossChecks(obstacle)], { stand, scorer }, context);
  } finally {
    context.terminal.progress(null);
    await scorer?.terminate(stopPatienceMs);
    await broker.close();
    await deleteTopology(options.broker, declared);
  }
}
