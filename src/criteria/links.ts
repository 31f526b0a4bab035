import type { Artefact } from './artefact.ts';
import { TopSelection } from './top-selection.ts';

/**
 * What each item says for each other: a sparse matrix, row by row of the item that was watched.
 *
 * Row i: targets `target[rowStart[i]] … target[rowStart[i + 1] - 1]`, with their signed strengths.
 */
export interface Links {
  rowStart: Int32Array;
  target: Int32Array;
  strength: Float32Array;
}

/** The same as triples in any order, the first `count` of each column. */
export interface LinkTriples {
  count: number;
  source: Int32Array;
  target: Int32Array;
  strength: Float32Array;
}

/** Sorts triples into rows; within a row their order stays. */
export const toLinks = (size: number, { count, source, target, strength }: LinkTriples): Links => {
  const rowStart = new Int32Array(size + 1);
  for (let at = 0; at < count; at++) {
    const row = (source[at] as number) + 1;
    rowStart[row] = (rowStart[row] as number) + 1;
  }
  for (let row = 0; row < size; row++) rowStart[row + 1] = (rowStart[row + 1] as number) + (rowStart[row] as number);
  const next = rowStart.slice();
  const links = { rowStart, target: new Int32Array(count), strength: new Float32Array(count) };
  for (let at = 0; at < count; at++) {
    const row = source[at] as number;
    const to = next[row] as number;
    next[row] = to + 1;
    links.target[to] = target[at] as number;
    links.strength[to] = strength[at] as number;
  }
  return links;
};

/**
 * Takes the strengths towards one target at a time and keeps the greatest of each target: the k nearest neighbours.
 *
 * Memory: 12 bytes × items × `perTarget`, and again for the rows made of them.
 */
export const createNearestLinks = (size: number, perTarget: number) => {
  const most = Math.min(perTarget, Math.max(0, size - 1));
  const selection = new TopSelection(most);
  const kept: LinkTriples = {
    count: 0,
    source: new Int32Array(size * most),
    target: new Int32Array(size * most),
    strength: new Float32Array(size * most),
  };
  return {
    /** `column[i]`: what item i says for `target`, looked at for the items `among`; its own say is nothing. */
    add(target: number, column: Float64Array, among: Int32Array): void {
      selection.reset(most);
      for (const item of among) if (item !== target) selection.offer(item, column[item] as number);
      selection.finish();
      for (const item of selection.indices.subarray(0, selection.size)) {
        kept.source[kept.count] = item;
        kept.target[kept.count] = target;
        kept.strength[kept.count++] = column[item] as number;
      }
    },
    finish: (): Links => toLinks(size, kept),
  };
};

export const readLinks = (artefact: Artefact): Links => ({
  rowStart: artefact.column('rowStart', 'int32'),
  target: artefact.column('target', 'int32'),
  strength: artefact.column('strength', 'float32'),
});
