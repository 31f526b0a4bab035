import { messageTypes } from '../../contract/control.ts';
import { settleMs, silence } from './answer-checks.ts';
import type { Check } from './check.ts';
import type { SetAside, Stand } from './stand.ts';
import { fail, pass, passUnless, type Verdict } from './verdict.ts';

/** Whether what must not be computed is not, and what can't be read stops nobody. */

const expired: Check = {
  name: 'expired',
  says: 'never scores what has expired',
  async run({ stand }) {
    const gone = stand.request();
    await stand.send([{ ...gone, deadlineAtMs: gone.deadlineAtMs - gone.remainingMs - 1_000, remainingMs: 0 }]);
    const next = stand.request();
    await stand.send([next]);
    const missing = await stand.unanswered([next]);
    if (missing.length > 0) return fail('the request after an expired one got no answer');
    await stand.unanswered([gone], settleMs);
    const said = stand.replies(gone.id).find(({ partial }) => partial.outcome !== 'expired');
    return said === undefined ? pass : fail(`it answered ${said.partial.outcome} a second after the deadline`);
  },
};

const hourMs = 3_600_000;

/** A sender whose clock is an hour off says the same deadline in its own time. */
const clocks: Check = {
  name: 'clocks',
  says: "measures deadlines against the sender's clock, not its own",
  async run({ stand }) {
    const faults: string[] = [];
    for (const [says, offMs] of [
      ['behind', -hourMs],
      ['ahead', hourMs],
    ] as const) {
      const request = stand.request();
      const deadlineAtMs = request.deadlineAtMs + offMs;
      const sentAtMs = deadlineAtMs - request.remainingMs;
      await stand.send([{ ...request, deadlineAtMs }], { sender: `verify-clock-${says}`, sentAtMs });
      const missing = await stand.unanswered([request]);
      const outcome = stand.replies(request.id)[0]?.partial.outcome;
      if (missing.length > 0) faults.push(`no answer came where the sender's clock is an hour ${says}`);
      else if (outcome === 'expired') faults.push(`it says expired where the sender's clock is an hour ${says}`);
    }
    const long = stand.request();
    const instant = { deadlineAtMs: long.deadlineAtMs + hourMs, remainingMs: 0 };
    await stand.send([{ ...long, ...instant }], { sender: 'verify-clock-remaining' });
    await stand.unanswered([long], settleMs);
    const said = stand.replies(long.id).find(({ partial }) => partial.outcome !== 'expired');
    if (said !== undefined)
      faults.push(`it answered ${said.partial.outcome} where remainingMs says that nothing remained`);
    return passUnless(faults);
  },
};

const asideFaults = (found: SetAside | null, originType: string): string[] => {
  if (found === null) return ['it was not set aside: nothing came to the dead-letter exchange'];
  const faults: string[] = [];
  if (found.reason === '') faults.push('it was set aside without a medley-reason');
  if (found.reason.length > 500)
    faults.push(`medley-reason has ${found.reason.length} characters, at most 500 are taken`);
  if (found.room !== 'scorer') faults.push(`medley-room is ${JSON.stringify(found.room)}, not "scorer"`);
  if (found.originType !== originType)
    faults.push(`medley-origin-type is ${JSON.stringify(found.originType)}, not ${JSON.stringify(originType)}`);
  return faults;
};

/** Sends what can't be read, then a good request: the first is set aside, the second answered. */
const refuses = async (
  stand: Stand,
  bad: { mark: string; type: string; send: () => Promise<void> },
): Promise<Verdict> => {
  await bad.send();
  const next = stand.request();
  await stand.send([next]);
  const missing = await stand.unanswered([next]);
  const stopped = missing.length > 0 ? ['the good request after it got no answer'] : [];
  return passUnless([...stopped, ...asideFaults(await stand.setAside(bad.mark), bad.type)]);
};

const malformedMessage: Check = {
  name: 'malformed-message',
  says: 'sets aside a message that is no batch, and goes on',
  async run({ stand }) {
    const mark = stand.request().id;
    const type = messageTypes.requests;
    const body = Buffer.from(`{"this is no batch": "${mark}`);
    return refuses(stand, { mark, type, send: () => stand.sendBytes('interactive', { type, body }) });
  },
};

const unknownVersion: Check = {
  name: 'unknown-version',
  says: 'sets aside a message of a version it does not know',
  async run({ stand }) {
    const mark = stand.request().id;
    const type = 'medley.requests.v99';
    const body = Buffer.from(JSON.stringify({ batches: [mark] }));
    return refuses(stand, { mark, type, send: () => stand.sendBytes('interactive', { type, body }) });
  },
};

const malformedPart: Check = {
  name: 'malformed-part',
  says: 'sets aside a malformed request of a batch, and answers its neighbours',
  async run({ stand }) {
    const [first, last] = [stand.request(), stand.request()];
    const { id: mark, ...rest } = stand.request();
    const { subject: _, ...withoutSubject } = rest;
    await stand.send([first, { ...withoutSubject, recommender: mark }, last]);
    const missing = await stand.unanswered([first, last]);
    if (missing.length > 0) return fail(`${missing.length} of its 2 neighbours got no answer`);
    return passUnless(asideFaults(await stand.setAside(mark), messageTypes.requests));
  },
};

const unknownFields: Check = {
  name: 'unknown-fields',
  says: 'ignores fields of a later release',
  async run({ stand }) {
    const request = stand.request();
    const later = { ...request, 'verify-later': { nested: [1, { deep: true }] } };
    await stand.send([later], { 'verify-later': 'anything' });
    const missing = await stand.unanswered([request]);
    return missing.length === 0 ? pass : silence(missing, 1);
  },
};

export const refusalChecks: readonly Check[] = [
  expired,
  clocks,
  malformedMessage,
  unknownVersion,
  malformedPart,
  unknownFields,
];
