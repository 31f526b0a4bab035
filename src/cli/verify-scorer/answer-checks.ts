import type { ScoringRequest } from '../../contract/request-batch.ts';
import type { Check } from './check.ts';
import { echoFaults, listFaults, outcomeFaults, strangersIn } from './judge-partial.ts';
import type { Stand } from './stand.ts';
import { fail, pass, passUnless, skip, type Verdict } from './verdict.ts';

/** Whether what is answered is right. */

/** How long an answer that must not come is waited for, ms. */
export const settleMs = 500;

export const silence = (missing: readonly unknown[], sent: number): Verdict =>
  fail(sent === 1 ? 'no answer came' : `${missing.length} of ${sent} requests got no answer`);

/** Every sample once, each in a message of its own. */
const askAll = async (stand: Stand): Promise<{ requests: ScoringRequest[]; missing: readonly ScoringRequest[] }> => {
  const requests = Array.from({ length: stand.sampleCount }, () => stand.request());
  for (const request of requests) await stand.send([request]);
  return { requests, missing: await stand.unanswered(requests) };
};

/** The first list that a sample brings; null: it abstains on all of them. */
const findList = async (
  stand: Stand,
  fields: Partial<ScoringRequest> = {},
): Promise<{ request: ScoringRequest; items: readonly string[] } | null> => {
  for (let turn = 0; turn < stand.sampleCount; turn += 1) {
    const request = stand.request(fields);
    await stand.send([request]);
    await stand.unanswered([request]);
    const items = stand.replies(request.id)[0]?.partial.items ?? [];
    if (items.length > 0) return { request, items };
  }
  return null;
};

/** What a request that is sent a second time may not keep. */
const freshly = (stand: Stand): Pick<ScoringRequest, 'id' | 'deadlineAtMs' | 'remainingMs'> => {
  const { id, deadlineAtMs, remainingMs } = stand.request();
  return { id, deadlineAtMs, remainingMs };
};

const noList = skip('it lists nothing for these requests; give some it knows by --request');

const answers: Check = {
  name: 'answers',
  says: 'answers a request with a valid message of partials',
  async run({ stand }) {
    const before = stand.faults().length;
    const { requests, missing } = await askAll(stand);
    const invalid = stand.faults().slice(before);
    if (invalid.length > 0) return passUnless(invalid);
    if (missing.length > 0) return silence(missing, requests.length);
    return passUnless(requests.flatMap(({ id }) => stand.replies(id).flatMap(({ partial }) => outcomeFaults(partial))));
  },
};

const echoes: Check = {
  name: 'echoes',
  says: 'names its criterion and lane, and echoes id, round, subject and deadline',
  async run({ stand }) {
    const { criterion } = stand;
    const request = stand.request({ round: 1 });
    const subject = { kind: 'session', id: 'verify: ü/1' } as const;
    const other = stand.request({ subject });
    await stand.send([request]);
    await stand.send([other]);
    const missing = await stand.unanswered([request, other]);
    if (missing.length > 0) return silence(missing, 2);
    const lane = 'interactive';
    return passUnless(
      [request, other].flatMap((one) =>
        stand.replies(one.id).flatMap((reply) => echoFaults(one, reply, { criterion, lane })),
      ),
    );
  },
};

const lists: Check = {
  name: 'lists',
  says: 'lists best first, each item once, no more than asked for',
  async run({ stand }) {
    const found = await findList(stand, { topN: 3 });
    if (found === null) return noList;
    const { requests } = await askAll(stand);
    return passUnless(
      [found.request, ...requests].flatMap((request) =>
        stand.replies(request.id).flatMap(({ partial }) => listFaults(request, partial)),
      ),
    );
  },
};

const candidates: Check = {
  name: 'candidates',
  says: 'scores named candidates and nothing else',
  async run({ stand }) {
    const found = await findList(stand);
    if (found === null) return noList;
    // The best one is not among them, and one of them nobody knows.
    const named = [...found.items.slice(1).slice(-2), 'verify: no such item'];
    const request = { ...found.request, ...freshly(stand), candidates: named };
    await stand.send([request]);
    const missing = await stand.unanswered([request]);
    if (missing.length > 0) return silence(missing, 1);
    const strangers = stand
      .replies(request.id)
      .flatMap(({ partial }) => strangersIn(partial, (one) => named.includes(one)));
    return strangers.length === 0 ? pass : fail(`it lists ${strangers.slice(0, 3).join(', ')}, which was not named`);
  },
};

const drops: Check = {
  name: 'drops',
  says: 'lists nothing that was seen, unless it must be in',
  async run({ stand }) {
    const found = await findList(stand);
    if (found === null) return noList;
    if (found.request.candidates !== undefined) return skip('these requests name candidates, which are all scored');
    const seen = found.items.slice(0, 2);
    const request = { ...found.request, ...freshly(stand), seen };
    await stand.send([request]);
    const missing = await stand.unanswered([request]);
    if (missing.length > 0) return silence(missing, 1);
    const dropped = new Set([...seen, ...(request.dropProfile ? request.profile.items : [])]);
    const again = stand.replies(request.id).flatMap(({ partial }) => strangersIn(partial, (one) => !dropped.has(one)));
    return again.length === 0 ? pass : fail(`it lists ${again.slice(0, 3).join(', ')}, which was seen`);
  },
};

const mask: Check = {
  name: 'mask',
  says: 'says nothing of a request that does not ask it',
  async run({ stand }) {
    const criteria = ['verify-other', stand.criterion];
    const asking = stand.request({ mask: 0b10 });
    const silent = [stand.request({ mask: 0b01 }), stand.request({ mask: 0 })];
    const nobody = stand.request({ mask: 0b01 });
    await stand.send([nobody], { criteria: ['verify-other'] });
    await stand.send([silent[0] ?? nobody, asking, silent[1] ?? nobody], { criteria });
    const missing = await stand.unanswered([asking]);
    if (missing.length > 0) return fail('the one request that asks it, by the second bit of the mask, got no answer');
    await stand.unanswered([nobody, ...silent], settleMs);
    const said = [nobody, ...silent].filter(({ id }) => stand.replies(id).length > 0);
    return said.length === 0 ? pass : fail(`it answered ${said.length} of 3 requests that do not ask it`);
  },
};

const batchSize = 5;

const batch: Check = {
  name: 'batch',
  says: 'answers each request of a batch',
  async run({ stand }) {
    const requests = Array.from({ length: batchSize }, () => stand.request());
    await stand.send(requests);
    const missing = await stand.unanswered(requests);
    return missing.length === 0 ? pass : silence(missing, requests.length);
  },
};

export const answerChecks: readonly Check[] = [answers, echoes, lists, candidates, drops, mask, batch];
