import type { Plan } from '../contract/plan.ts';
import { type Answerer, answerCase, answerRefined, askSecondRound, idsOf } from './answer-cases.ts';
import { createYardstick, type Quality } from './judge-lists.ts';
import { askPanel, type Judge, type Said } from './panel.ts';
import { createRandom, shuffle } from './random.ts';
import { averageQualities, type Cost, type Row, type TrialReport } from './report.ts';
import { type Case, type Shortening, shorten, type Trial } from './trial.ts';

export interface Measuring {
  name: string;
  about: string;
  trial: Trial;
  /** Every criterion to be judged alone; those of the plan must be among them. */
  panel: readonly Judge[];
  plan: Plan;
  /** How a long history stands for a short one. */
  shortening: Shortening;
  k: number;
  seed: number;
  now: () => number;
  /** Only the criteria, the ensemble and what is late: no turtles, cuts and short histories. */
  quick?: boolean;
  onProgress?: (line: string) => void;
}

/** Labels of the rows that others are compared with. */
export const wholeLabel = 'ensemble on lists';
export const refinedLabel = 'ensemble refined';

const cuts = [10, 20, 50, 100] as const;
const historyLengths = [0, 1, 2, 3, 5, 10, 20] as const;
const mostSubsets = 10;

/** What stands for having no lists to fuse: the criterion that answers everybody. */
const baseline = 'popularity';

/** All subsets of so many, or ten drawn. */
const subsetsOf = (names: readonly string[], size: number, seed: number): string[][] => {
  const all: string[][] = [];
  const choose = (from: number, chosen: string[]): void => {
    if (chosen.length === size) all.push(chosen);
    else for (let at = from; at < names.length; at++) choose(at + 1, [...chosen, names[at] as string]);
  };
  choose(0, []);
  return all.length <= mostSubsets ? all : shuffle(all, createRandom(seed)).slice(0, mostSubsets);
};

/** A list as if its scorer listed no more than this. */
const cutTo = (said: Said, most: number): Said =>
  new Map(
    [...said].map(([criterion, partial]) => [
      criterion,
      partial.items.length <= most
        ? partial
        : {
            ...partial,
            items: partial.items.slice(0, most),
            scores: partial.scores.slice(0, most),
            floor: partial.scores[most - 1] ?? null,
          },
    ]),
  );

const alone = (said: readonly Said[], criterion: string): (readonly string[])[] =>
  said.map((one) => one.get(criterion)?.items ?? []);

/** Measures one protocol: through the criteria that serve and the fusion that serves. */
export const measureTrial = async (measuring: Measuring): Promise<TrialReport> => {
  const { trial, panel, plan, k, seed, now, quick = false, onProgress = () => undefined } = measuring;
  const { cases } = trial;
  const yardstick = createYardstick(trial, k);
  const items = new Map(trial.train.items.map((item) => [item.id, item]));
  const answerer: Answerer = { plan, k, itemOf: (id) => items.get(id) };
  const planned = plan.criteria.filter(({ weight }) => weight > 0).map(({ criterion }) => criterion);
  const asked = panel.filter(({ criterion }) => plan.criteria.some((one) => one.criterion === criterion));
  const listMs = new Map<string, number>();
  const candidatesMs = new Map<string, number>();
  const rows: Row[] = [];

  const answersOf = (who: readonly Case[], said: readonly Said[], late: readonly string[] = []): Quality => {
    const missing = new Set(late);
    const lists = who.map((one, place) =>
      idsOf(answerCase(answerer, one, said[place] ?? new Map(), { late: missing })),
    );
    return yardstick.judge(who, lists);
  };
  const refinedOf = async (who: readonly Case[], said: readonly Said[], isTimed = false): Promise<Quality> => {
    const onTimed = isTimed ? { now, onTimed: (name: string, ms: number) => candidatesMs.set(name, ms) } : {};
    const second = await askSecondRound(answerer, { panel: asked, cases: who, first: said }, onTimed);
    return yardstick.judge(who, answerRefined(answerer, who, said, second).map(idsOf));
  };

  onProgress(`${measuring.name}: asking about ${cases.length} users …`);
  const said = await askPanel(panel, cases, { now, onTimed: (criterion, ms) => listMs.set(criterion, ms) });
  for (const { criterion } of panel) {
    const quality = yardstick.judge(cases, alone(said, criterion));
    rows.push({ group: 'criterion', label: criterion, quality, against: wholeLabel });
  }
  const best = rows.reduce((one, other) => (other.quality.ndcg > one.quality.ndcg ? other : one)).label;
  rows.push({ group: 'ensemble', label: wholeLabel, quality: answersOf(cases, said), against: best });
  rows.push({
    group: 'ensemble',
    label: refinedLabel,
    quality: await refinedOf(cases, said, true),
    against: wholeLabel,
  });
  for (const late of planned.length > 1 ? planned : []) {
    const quality = answersOf(cases, said, [late]);
    rows.push({ group: 'late', label: `${late} late`, quality, against: wholeLabel });
  }

  const measureTurtles = (): void => {
    for (let turtles = 1; turtles < planned.length; turtles++) {
      const qualities = subsetsOf(planned, turtles, seed).map((late) => answersOf(cases, said, late));
      const label = turtles === 1 ? '1 turtle' : `${turtles} turtles`;
      rows.push({ group: 'turtles', label, at: turtles, quality: averageQualities(qualities), against: wholeLabel });
    }
  };
  const measureCuts = (): void => {
    for (const most of cuts.filter((one) => one >= k)) {
      const quality = answersOf(
        cases,
        said.map((one) => cutTo(one, most)),
      );
      rows.push({ group: 'cut', label: `lists of ${most}`, at: most, quality, against: wholeLabel });
    }
  };
  const measureHistories = async (): Promise<void> => {
    for (const films of historyLengths) {
      onProgress(`${measuring.name}: histories of ${films} …`);
      const who = cases.map((one) => shorten(one, films, measuring.shortening));
      const heard = await askPanel(panel, who);
      const name = `${films} known`;
      const popular = yardstick.judge(who, alone(heard, baseline));
      const against = `${name}: ${baseline}`;
      const row = (label: string, quality: Quality): Row => ({ group: 'history', label, at: films, quality, against });
      rows.push({ group: 'history', label: against, at: films, quality: popular });
      rows.push(row(`${name}: ${wholeLabel}`, answersOf(who, heard)));
      rows.push(row(`${name}: ${refinedLabel}`, await refinedOf(who, heard)));
    }
  };
  if (!quick) {
    measureTurtles();
    measureCuts();
    if (panel.some(({ criterion }) => criterion === baseline)) await measureHistories();
  }

  const costs = panel.map(
    ({ criterion, fitMs, modelBytes }): Cost => ({
      criterion,
      fitSeconds: fitMs / 1_000,
      modelMiB: modelBytes / 2 ** 20,
      listMs: listMs.get(criterion) ?? 0,
      candidatesMs: candidatesMs.get(criterion) ?? null,
    }),
  );
  const heldOut = cases.reduce((sum, { relevant }) => sum + relevant.size, 0);
  const { name, about } = measuring;
  return { name, about, k, users: cases.length, trainEvents: trial.train.events.user.length, heldOut, rows, costs };
};
