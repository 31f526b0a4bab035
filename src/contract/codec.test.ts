import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeAnswers, decodeFleet, decodePartials, decodeRequests, encode } from './codec.ts';
import { maximumMessageBytes, messageTypes } from './control.ts';
import type { PartialBatch } from './partial-batch.ts';
import type { RequestBatch } from './request-batch.ts';

const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../docs/contract/golden/${name}.json`, import.meta.url), 'utf8'));
const requests = golden('requests.interactive') as RequestBatch;
const partials = golden('partials.scored') as PartialBatch;
const [request] = requests.requests as [RequestBatch['requests'][number]];
const [partial] = partials.partials as [PartialBatch['partials'][number]];

const asRequests = (body: object) => decodeRequests({ type: messageTypes.requests, body: encode(body) });
const asPartials = (body: object) => decodePartials({ type: messageTypes.partials, body: encode(body) });

describe('a batch with bad parts', () => {
  const badParts: readonly unknown[] = [null, 7, 'text', [], {}, { ...request, k: 0 }, { ...request, id: 'short' }];

  test.each(badParts)('the good neighbours of %j live, in their order', (bad) => {
    const [first, second] = [request, { ...request, k: 3 }];
    const decoded = asRequests({ ...requests, requests: [first, bad, second] });
    expect(decoded).toMatchObject({ ok: true, value: { requests: [first, second] }, bad: [{ part: bad }] });
  });

  test('a part nested deeper than can be written again is told of, so that it can be set aside', () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    const body = JSON.stringify({ ...requests, requests: [request, 'HERE'] }).replace('"HERE"', deep);
    const decoded = decodeRequests({ type: messageTypes.requests, body: Buffer.from(body) });
    expect(decoded).toMatchObject({ ok: true, value: { requests: [request] } });
    expect(() => encode(decoded)).not.toThrow();
  });

  test('each bad part has its own reason, and is handed back as it came', () => {
    const noFloor = { ...partial, floor: undefined };
    const noId = { ...partial, id: 'red' };
    const decoded = asPartials({ ...partials, partials: [noFloor, partial, noId] });
    expect(decoded.ok && decoded.bad).toEqual([
      {
        part: JSON.parse(JSON.stringify(noFloor)),
        reason: 'floor: Invalid input: expected number, received undefined',
      },
      { part: noId, reason: 'id: must be 32 lower-case hexadecimal digits' },
    ]);
    expect(decoded.ok && decoded.value.partials).toEqual([partial]);
  });

  test('fields of a later release are dropped, in the batch and in its parts', () => {
    const decoded = asPartials({ ...partials, colour: 'red', partials: [{ ...partial, colour: 'red' }] });
    expect(decoded).toEqual({ ok: true, value: { ...partials, partials: [partial] }, bad: [] });
  });

  test('a batch of nothing but bad parts is decoded, and empty', () => {
    expect(asRequests({ ...requests, requests: [{}] })).toMatchObject({ ok: true, value: { requests: [] } });
  });

  test('a reason is bounded, whatever a stranger names his fields', () => {
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field-${at}-${'x'.repeat(100)}`, at]));
    const weights = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`${at}`, 'heavy']));
    const decoded = asRequests({ ...requests, requests: [{ ...request, ...fields, weights }] });
    const reason = decoded.ok ? decoded.bad[0]?.reason : undefined;
    expect(reason).toMatch(/; and \d+ more$/);
    expect(reason?.length).toBeLessThan(2_000);
  });
});

describe('a message that is bad as a whole', () => {
  test('of another type is refused before it is parsed', () => {
    const body = Buffer.from('not even JSON');
    expect(decodeRequests({ type: 'medley.partials.v1', body })).toEqual({
      ok: false,
      reason: 'type is "medley.partials.v1", expected "medley.requests.v1"',
    });
  });

  test('without a type is refused', () => {
    expect(decodeFleet({ type: '', body: encode({ criteria: [] }) })).toMatchObject({ ok: false });
  });

  test('of one byte too many is refused before it is parsed', () => {
    const body = Buffer.alloc(maximumMessageBytes + 1, 'x');
    expect(decodePartials({ type: messageTypes.partials, body })).toEqual({
      ok: false,
      reason: '8388609 bytes, at most 8388608 are taken',
    });
  });

  test('of just as many bytes as are allowed is taken', () => {
    const bare = encode(partials);
    const body = Buffer.concat([bare, Buffer.alloc(maximumMessageBytes - bare.length, ' ')]);
    expect(decodePartials({ type: messageTypes.partials, body })).toMatchObject({ ok: true, bad: [] });
  });

  test.each(['', '{', 'nothing', '{"a":1,}', '\u0000', '\ufeff{}'])('that is not JSON is refused: %j', (text) => {
    const decoded = decodeRequests({ type: messageTypes.requests, body: Buffer.from(text) });
    expect(decoded).toEqual({ ok: false, reason: expect.stringMatching(/^not JSON: /) });
  });

  test.each(['null', '[]', '7', '"text"', '{}'])('that is JSON of another shape is refused: %s', (text) => {
    expect(decodeRequests({ type: messageTypes.requests, body: Buffer.from(text) })).toMatchObject({ ok: false });
  });

  test('with a bad envelope takes its good parts along, since nobody knows where they belong', () => {
    expect(asPartials({ ...partials, criterion: 'Not A Label' })).toEqual({
      ok: false,
      reason: 'criterion: must be lower-case letters, digits and dashes, as a DNS label',
    });
  });

  test('nested as deep as a message can be is refused, not a full stack', () => {
    const depth = 1_000_000;
    const text = JSON.stringify({ ...requests, requests: [{ ...request, context: { a: 'NEST' } }] });
    const body = Buffer.from(text.replace('"NEST"', `${'['.repeat(depth)}${']'.repeat(depth)}`));
    const decoded = decodeRequests({ type: messageTypes.requests, body });
    expect(decoded.ok ? decoded.bad : [decoded.reason]).toHaveLength(1);
  });
});

describe('decoding', () => {
  test('never throws, whatever arrives', () => {
    const decoders = [decodeRequests, decodePartials, decodeAnswers, decodeFleet];
    const types = Object.values(messageTypes);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.oneof(fc.json(), fc.string()), (type, text) => {
        for (const decode of decoders) expect(decode({ type, body: Buffer.from(text) }).ok).toBeDefined();
      }),
    );
  });

  test('gives back what was encoded', () => {
    expect(asRequests(requests)).toEqual({ ok: true, value: requests, bad: [] });
    expect(asPartials(partials)).toEqual({ ok: true, value: partials, bad: [] });
  });

  test('answers keep every field they came with', () => {
    const answers = golden('answers.partial') as object;
    const decoded = decodeAnswers({ type: messageTypes.answers, body: encode(answers) });
    expect(decoded).toEqual({ ok: true, value: answers, bad: [] });
  });

  test.each([[null], [{}], ['text'], [{ requestId: 7 }]])('answers that hold %j are refused', (one) => {
    const body = encode({ ...(golden('answers.fresh') as object), answers: [one] });
    expect(decodeAnswers({ type: messageTypes.answers, body })).toMatchObject({ ok: false });
  });
});
