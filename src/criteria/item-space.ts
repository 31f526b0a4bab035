import type { Catalogue } from './catalogue.ts';

/** The items one model knows, and where they are in the catalogue of today, which may be newer than the model. */
export interface ItemSpace {
  size: number;
  ids: readonly string[];
  /** -1: the model does not know it. */
  indexOf(id: string): number;
  /** Index in the catalogue; -1: it left the catalogue and is never listed. */
  inCatalogue: Int32Array;
  catalogue: Catalogue;
}

export const createSpace = (ids: readonly string[], catalogue: Catalogue): ItemSpace => {
  const index = new Map(ids.map((id, position) => [id, position]));
  return {
    size: ids.length,
    ids,
    indexOf: (id) => index.get(id) ?? -1,
    inCatalogue: Int32Array.from(ids, (id) => catalogue.indexOf(id)),
    catalogue,
  };
};

/** For criteria that judge every item there is. */
export const catalogueSpace = (catalogue: Catalogue): ItemSpace => ({
  size: catalogue.size,
  ids: catalogue.ids,
  indexOf: catalogue.indexOf,
  inCatalogue: Int32Array.from({ length: catalogue.size }, (_, i) => i),
  catalogue,
});

/** The title an item is spoken of by in a reason; null where the catalogue has none. */
export const titleOf = (space: ItemSpace, index: number): string | null =>
  space.catalogue.titles[space.inCatalogue[index] ?? -1] ?? null;
