import { readFile } from 'node:fs/promises';
import { InvalidInputError } from '../contract/errors.ts';
import type { EventTable } from '../criteria/training-data.ts';
import { type Cut, uses } from './cuts.ts';

/** `user,film` pairs, further columns left alone; set apart by comma, tab, `::` or blanks; a header is recognised by not being a known user. */
const readPairs = async (file: string): Promise<(readonly [user: string, item: string])[]> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new InvalidInputError('The split', [`${file} can not be read`], { cause });
  });
  return text.split('\n').flatMap((line) => {
    const [user = '', item = ''] = line.trim().split(/,|::|\s+/);
    return user === '' ? [] : [[user, item] as const];
  });
};

/** At most so many lines that are no event of the data: a header. */
const headerLines = 1;

/**
 * Cuts by files of pairs: what `heldOut` lists is guessed, what `without` lists is in no part, the rest is trained on.
 *
 * @throws InvalidInputError where a file lists what is no event of the data: it belongs to another data set
 */
export const cutByFiles = async (
  events: EventTable,
  files: { heldOut: string; without?: readonly string[] },
): Promise<Cut> => {
  const userIndex = new Map(events.users.map((id, user) => [id, user]));
  const itemIndex = new Map(events.items.map((id, item) => [id, item]));
  const key = (user: number, item: number): number => user * events.items.length + item;
  const cut = new Uint8Array(events.user.length);
  const positions = new Map<number, number>();
  for (let event = 0; event < cut.length; event++) {
    positions.set(key(events.user[event] as number, events.item[event] as number), event);
  }
  const mark = async (file: string, use: number): Promise<void> => {
    let unknown = 0;
    for (const [user, item] of await readPairs(file)) {
      const event = positions.get(key(userIndex.get(user) ?? -1, itemIndex.get(item) ?? -1));
      if (event === undefined) unknown += 1;
      else cut[event] = use;
    }
    if (unknown <= headerLines) return;
    throw new InvalidInputError('The split', [`${file}: ${unknown} lines are no event of the data`]);
  };
  for (const file of files.without ?? []) await mark(file, uses.unused);
  await mark(files.heldOut, uses.heldOut);
  return cut;
};
