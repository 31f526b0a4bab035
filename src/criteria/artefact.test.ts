import { expect, test } from '@jest/globals';
import { ArtefactError, decodeArtefact, encodeArtefact } from './artefact.ts';

const content = {
  meta: { users: 3 },
  columns: {
    ids: ['a', 'ü', '"quoted"'],
    flags: Uint8Array.of(1, 0, 1),
    start: Int32Array.of(-1, 2),
    strength: Float32Array.of(0.5),
    counts: Float64Array.of(Math.PI, Number.NaN),
  },
};

test('what was encoded is decoded with its types and values', () => {
  const artefact = decodeArtefact(encodeArtefact('history', content), 'history');
  expect(artefact.meta).toEqual({ users: 3 });
  expect(artefact.texts('ids')).toEqual(['a', 'ü', '"quoted"']);
  expect(artefact.column('flags', 'uint8')).toEqual(content.columns.flags);
  expect(artefact.column('start', 'int32')).toEqual(content.columns.start);
  expect(artefact.column('strength', 'float32')).toEqual(content.columns.strength);
  expect(artefact.column('counts', 'float64')).toEqual(content.columns.counts);
});

test('numeric columns are views on the given bytes, shared memory included', () => {
  const bytes = encodeArtefact('history', content);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  shared.set(bytes);
  const artefact = decodeArtefact(shared, 'history');
  expect(artefact.column('counts', 'float64').buffer).toBe(shared.buffer);
  expect(artefact.texts('ids')[1]).toBe('ü');
});

test('bytes that begin at an odd address are read from a copy', () => {
  const bytes = encodeArtefact('history', content);
  const odd = new Uint8Array(bytes.byteLength + 3).subarray(3);
  odd.set(bytes);
  expect(decodeArtefact(odd, 'history').column('counts', 'float64')[0]).toBe(Math.PI);
});

test('the same content gives the same bytes', () => {
  expect(encodeArtefact('history', content)).toEqual(encodeArtefact('history', content));
});

const good = encodeArtefact('history', content);
const changed = (at: number, value: number): Uint8Array => {
  const bytes = Uint8Array.from(good);
  bytes[at] = value;
  return bytes;
};

test.each([
  ['too short for a prefix', good.subarray(0, 8), '8 bytes are no model'],
  ['not a model', changed(0, 0), 'do not begin as a model does'],
  ['of a later format', changed(4, 9), 'format version 9'],
  ['cut within the header', good.subarray(0, 64), 'cut short within its header'],
  ['cut within the columns', good.subarray(0, good.byteLength - 8), 'cut short'],
  ['with a garbled header', changed(16, 0), 'its header is not JSON'],
  ['of another kind', encodeArtefact('genres', content), 'are a model of kind genres'],
])('bytes %s are refused with a sentence', (_, bytes, sentence) => {
  expect(() => decodeArtefact(bytes, 'history')).toThrow(ArtefactError);
  expect(() => decodeArtefact(bytes, 'history')).toThrow(sentence);
});

test('a column that is not there, or of another type, is named', () => {
  const artefact = decodeArtefact(good, 'history');
  expect(() => artefact.column('start', 'float32')).toThrow('no float32 column named start');
  expect(() => artefact.texts('titles')).toThrow('no text column named titles');
});
