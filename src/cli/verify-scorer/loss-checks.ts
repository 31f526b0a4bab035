import { setTimeout as sleep } from 'node:timers/promises';
import type { ScoringRequest } from '../../contract/request-batch.ts';
import { silence } from './answer-checks.ts';
import type { Check, Trial } from './check.ts';
import type { Obstacle } from './obstacle.ts';
import type { Stand } from './stand.ts';
import { fail, pass, skip, type Verdict } from './verdict.ts';

/** Whether durable work outlives what may happen to a scorer. */

const durable: Check = {
  name: 'durable',
  says: 'serves the durable lane',
  async run({ stand }) {
    const request = stand.request();
    await stand.send([request], { lane: 'durable' });
    const missing = await stand.unanswered([request]);
    if (missing.length > 0) return silence(missing, 1);
    const lane = stand.replies(request.id)[0]?.lane;
    return lane === 'durable' ? pass : fail(`its partial says lane ${lane}`);
  },
};

/** Long enough for a hasty scorer to settle what it may not, ms. */
const refusedForMs = 2_500;

const confirms = (createObstacle: () => Promise<Obstacle>): Check => ({
  name: 'confirms',
  says: 'settles a request only once the broker has confirmed its partial',
  async run({ stand }) {
    const obstacle = await createObstacle();
    const request = stand.request();
    await stand.send([request], { lane: 'durable', results: obstacle.resultsKey });
    await sleep(refusedForMs);
    if (stand.replies(request.id).length > 0) return skip('the broker took a partial it was told to refuse');
    await obstacle.remove();
    // A requeue after each refusal, with ever longer pauses in between, is what a careful scorer does.
    const missing = await stand.unanswered([request], stand.patienceMs + 4 * refusedForMs);
    return missing.length === 0 ? pass : fail('the broker refused its partial, and the request was lost');
  },
});

/** About a second of work. */
const workMs = 1_000;

const enough = (stand: Stand, serviceMs: number): ScoringRequest[] => {
  const count = Math.round(Math.min(400, Math.max(20, workMs / Math.max(0.1, serviceMs))));
  return Array.from({ length: count }, () => stand.request());
};

const measure = async (stand: Stand): Promise<number> => {
  const request = stand.request();
  await stand.send([request], { lane: 'durable' });
  await stand.unanswered([request]);
  return stand.replies(request.id)[0]?.partial.serviceMs ?? workMs;
};

/** Puts work into the durable queue and returns once the first of it is answered. */
const begin = async (stand: Stand, serviceMs: number): Promise<readonly ScoringRequest[]> => {
  const requests = enough(stand, serviceMs);
  await Promise.all(requests.map((request) => stand.send([request], { lane: 'durable' })));
  const giveUpAtMs = performance.now() + stand.patienceMs;
  while (performance.now() < giveUpAtMs && requests.every(({ id }) => stand.replies(id).length === 0)) await sleep(1);
  return requests;
};

const notOurs = skip('it needs --command, to end the process');

const isAnswered =
  (stand: Stand) =>
  ({ id }: ScoringRequest): boolean =>
    stand.replies(id).length > 0;

const kills = 3;

const killOnce = async ({ stand, scorer }: Trial, serviceMs: number): Promise<Verdict> => {
  if (scorer === null) return notOurs;
  const requests = await begin(stand, serviceMs);
  await scorer.kill();
  const before = requests.filter(isAnswered(stand)).length;
  scorer.ensure();
  const missing = await stand.unanswered(requests, 2 * stand.patienceMs + 2 * requests.length * serviceMs);
  if (missing.length > 0)
    return fail(`killed after ${before} of ${requests.length} requests, it lost ${missing.length}`);
  return before === requests.length ? skip('it had answered all before it could be killed') : pass;
};

const killed: Check = {
  name: 'killed',
  says: 'killed in the middle of durable work, loses nothing',
  async run(trial) {
    if (trial.scorer === null) return notOurs;
    const serviceMs = await measure(trial.stand);
    let verdict: Verdict = pass;
    for (let turn = 0; turn < kills && verdict.outcome !== 'fail'; turn += 1)
      verdict = await killOnce(trial, serviceMs);
    return verdict;
  },
};

const drainPatienceMs = 30_000;

const drains: Check = {
  name: 'drains',
  says: 'ends on SIGTERM with exit code 0 within 30 s, and loses nothing',
  async run({ stand, scorer }) {
    if (scorer === null) return notOurs;
    const serviceMs = await measure(stand);
    const requests = await begin(stand, serviceMs);
    const end = await scorer.terminate(drainPatienceMs);
    scorer.ensure();
    if (end === null) return fail(`it had not ended after ${drainPatienceMs / 1_000} s`);
    if (end.code !== 0) return fail(`it ended with ${end.code === null ? end.signal : `exit code ${end.code}`}`);
    const missing = await stand.unanswered(requests, 2 * stand.patienceMs + 2 * requests.length * serviceMs);
    return missing.length === 0 ? pass : fail(`${missing.length} of ${requests.length} requests were lost`);
  },
};

export const lossChecks = (createObstacle: () => Promise<Obstacle>): readonly Check[] => [
  durable,
  confirms(createObstacle),
  killed,
  drains,
];
