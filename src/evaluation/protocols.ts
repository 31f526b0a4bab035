import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../contract/errors.ts';
import type { TrainingData } from '../criteria/training-data.ts';
import { type Cut, cutAtRandom, cutLast, cutTenths, cutUsers, joinHeldOut, wholeAsTraining } from './cuts.ts';
import { createRandom } from './random.ts';
import { cutByFiles } from './split-files.ts';
import type { Shortening } from './trial.ts';

export const protocolNames = ['a', 'a-random', 'strong'] as const;
export type ProtocolName = (typeof protocolNames)[number];
/** What is guessed: what nobody may tune on, or what everything is tuned on. */
export type Part = 'test' | 'valid';

/** One protocol: its cuts of the data, more than one where users are drawn. */
export interface Protocol {
  name: string;
  about: string;
  /** Length of the lists that are judged, unless told. */
  k: number;
  cuts: readonly Cut[];
  /** How a long history stands for a short one: where time decides what is guessed the newest films are what is known. */
  shortening: Shortening;
}

export const defaultSeeds = 5;

const sentences: Readonly<Record<ProtocolName, string>> = {
  a: "each user's last fifth of events by time is guessed",
  'a-random': "a fifth of each user's events, drawn at random, is guessed",
  strong: 'users nobody trained on, four fifths of their events known, the rest guessed (Liang et al. 2018)',
};

const shortenings: Readonly<Record<ProtocolName, Shortening>> = { a: 'newest', 'a-random': 'drawn', strong: 'drawn' };

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false;

/** Names of the files of a split folder: validation is cut out of what the test leaves. */
const splitFiles: readonly { name: 'a' | 'a-random'; test: string; valid: string }[] = [
  { name: 'a', test: 'test.csv', valid: 'valid.csv' },
  { name: 'a-random', test: 'random-test.csv', valid: 'random-valid.csv' },
];

/**
 * The cuts that files say. A folder holds `test.csv` and `valid.csv` (by time) and `random-…` ones, whichever are there;
 * a file is a list of pairs to be guessed, and `without` those that are in no part.
 *
 * @throws InvalidInputError where a file is missing or belongs to other data
 */
const readProtocols = async (
  { events }: TrainingData,
  { split, without, part }: { split: string; without: readonly string[]; part: Part },
): Promise<Protocol[]> => {
  const about = `what ${split} lists is guessed`;
  if (await isFile(split)) {
    const cuts = [await cutByFiles(events, { heldOut: split, without })];
    return [{ name: 'split file', about, k: 10, cuts, shortening: 'newest' }];
  }
  const found: Protocol[] = [];
  for (const files of splitFiles) {
    const heldOut = join(split, files[part]);
    if (!(await isFile(heldOut))) continue;
    const unused = part === 'test' ? [] : [join(split, files.test)];
    const cut = await cutByFiles(events, { heldOut, without: [...unused, ...without] });
    const { name } = files;
    found.push({ name, about: sentences[name], k: 10, cuts: [cut], shortening: shortenings[name] });
  }
  if (found.length > 0) return found;
  const wanted = splitFiles.map((files) => files[part]).join(' or ');
  throw new InvalidInputError('The split', [`${split} is no file, and no folder with ${wanted}`]);
};

const cutProtocol = (
  { events }: TrainingData,
  name: ProtocolName,
  { seed, part }: { seed: number; part: Part },
): Cut[] => {
  if (name === 'strong') return Array.from({ length: defaultSeeds }, (_, draw) => cutUsers(events, seed + draw, part));
  const random = createRandom(seed);
  const next = (cut: Cut): Cut => (name === 'a' ? cutLast({ events, cut }) : cutAtRandom({ events, cut }, random));
  const test = next(wholeAsTraining(events));
  return [part === 'test' ? test : next(test)];
};

export interface ProtocolChoice {
  /** A folder or file of held-out pairs. */
  split?: string | undefined;
  without?: readonly string[];
  /** What is cut here, by the seed. With a split folder: which of its protocols (none: all it has). */
  protocols: readonly ProtocolName[];
  seed: number;
  part: Part;
}

/** The protocols asked for, in that order; those of a split folder first. */
export const chooseProtocols = async (data: TrainingData, choice: ProtocolChoice): Promise<readonly Protocol[]> => {
  const { split, without = [], protocols, part, seed } = choice;
  const read = split === undefined ? [] : await readProtocols(data, { split, without, part });
  const chosen = protocols.length === 0 ? read : read.filter((one) => protocols.some((name) => name === one.name));
  const own = protocols.filter((name) => !chosen.some((one) => one.name === name));
  const cut = own.map((name): Protocol => {
    const about = `${sentences[name]}, seed ${seed}`;
    const cuts = cutProtocol(data, name, { seed, part });
    return { name, about, k: name === 'strong' ? 100 : 10, cuts, shortening: shortenings[name] };
  });
  return [...chosen, ...cut];
};

export interface Folds {
  /** What weights are tuned on. */
  tuned: Protocol;
  /** What tuning never sees: where it is found out whether weights suit only what they were tuned on. No cuts: none left. */
  fresh: Protocol;
}

/** By time only what lies before a part is known, so there are few parts with enough before them. */
const mostByTime = { folds: 2, fresh: 1 };

/** Tenths held out at random: of a fold to tune on one, so that nearly as much is trained on as will be; of a fresh one a fifth, as in a test. */
const tenthsHeldOut = { tuned: 1, fresh: 2 };

/**
 * Folds of what a validation protocol trains on and guesses; what is tested on is in none.
 *
 * At random: tenths and fifths of each user's events, each event held out at most once. By time: his last fifth, the one before and, fresh, the one
 * before that. Where users are drawn, draws of users.
 */
export const foldsOf = (
  { events }: TrainingData,
  protocol: Protocol,
  wanted: { folds: number; fresh: number; seed: number },
): Folds => {
  const from = { events, cut: joinHeldOut(protocol.cuts[0] ?? wholeAsTraining(events)) };
  const isByTime = protocol.name === 'a';
  const folds = isByTime ? Math.min(wanted.folds, mostByTime.folds) : wanted.folds;
  const fresh = isByTime ? Math.min(wanted.fresh, mostByTime.fresh) : wanted.fresh;
  const cut = (): readonly Cut[] => {
    if (protocol.cuts.length > 1) return protocol.cuts;
    const sizes = [...Array(folds).fill(tenthsHeldOut.tuned), ...Array(fresh).fill(tenthsHeldOut.fresh)];
    if (!isByTime) return cutTenths(from, createRandom(wanted.seed), sizes);
    return Array.from({ length: folds + fresh }, (_, part) => cutLast(from, part));
  };
  const cuts = cut();
  const of = (name: string, some: readonly Cut[]): Protocol => ({ ...protocol, name, cuts: some });
  return {
    tuned: of(protocol.name, cuts.slice(0, folds)),
    fresh: of(`${protocol.name}, fresh`, cuts.slice(folds, folds + fresh)),
  };
};
