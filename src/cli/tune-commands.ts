import { readFile, writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { InvalidInputError } from '../contract/errors.ts';
import { limits } from '../contract/limits.ts';
import { criterionOf } from '../contract/resources.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { readMovieLens } from '../evaluation/movielens-data.ts';
import { chooseProtocols, foldsOf } from '../evaluation/protocols.ts';
import { type Tuned, tune, tunedPlan } from '../evaluation/tune.ts';
import { addDataOptions, type DataChoice, planOf, protocolsOf } from './evaluate-commands.ts';
import { wholeNumber } from './option-parsers.ts';
import type { CommandContext } from './program.ts';
import { renderEvaluation } from './render-evaluation.ts';
import { renderTable } from './render-table.ts';
import { readResourcesOrWebflix } from './up.ts';
import { withTunedWeights } from './write-weights.ts';

/** `genres=0.05` or `one-or-two:genres=0.05`, may be repeated. */
const shareOf = (text: string, all: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> => {
  const [criterion = '', share = ''] = text.split('=');
  const value = Number(share);
  if (criterion === '' || share.trim() === '' || !(value >= 0 && value < 1)) {
    throw new InvalidArgumentError('give a criterion and a share of the weight, such as genres=0.05');
  }
  return { ...all, [criterion]: value };
};

/** What each step was worth, and the weights it ended with. Pure. */
export const renderTuning = (tuned: Tuned): string => {
  const criteria = Object.keys(tuned.weights);
  const rows = tuned.steps.map(({ name, before, after, least, isKept, weights }) => [
    name,
    before.toFixed(4),
    after.toFixed(4),
    least.toFixed(4),
    isKept ? 'kept' : 'dropped',
    ...criteria.map((criterion) => (weights[criterion] ?? 0).toFixed(3)),
  ]);
  const head = ['tuned', 'before', 'after', 'least', '', ...criteria];
  const table = renderTable([head, ...rows], new Set(head.map((_, at) => at).filter((at) => at > 0 && at !== 4)));
  return `${table}\n\nNDCG on the folds, as a share of what the best criterion reaches alone; as if of every user a fifth were held out; least: on the fold where that is least.`;
};

interface TuneChoice extends DataChoice {
  k: number;
  folds: number;
  fresh: number;
  least?: Readonly<Record<string, number>>;
  write?: string;
}

/** `medley tune` */
export const addTune = (program: Command, { terminal }: CommandContext): void => {
  addDataOptions(
    program.command('tune').description('find the weights of a recommender on folds of what is not tested on'),
  )
    .option('--k <n>', 'length of the lists that are judged', wholeNumber(1, limits.k), 10)
    .option(
      '--least <criterion=share>',
      'least share of the weight of a criterion, set:criterion for one set of weights; may be repeated',
      shareOf,
    )
    .option(
      '--folds <n>',
      'folds to tune on, a tenth each of what is not tested on; by time at most 2 fifths',
      wholeNumber(1, 9),
      5,
    )
    .option(
      '--fresh <n>',
      'further folds, a fifth each, which tuning never sees, to measure the result on; as many as the tenths are enough for',
      wholeNumber(0, 9),
      1,
    )
    .option('--write <file>', 'YAML file whose Recommender gets the weights')
    .action(async (choice: TuneChoice) => {
      const startedMs = performance.now();
      const { plan, scorers } = planOf(await readResourcesOrWebflix(choice.resources), choice.recommender);
      const data = await readMovieLens(choice.data);
      const { folds, fresh, seed, k } = choice;
      const chosen = await chooseProtocols(data, protocolsOf(choice, 'valid'));
      const cut = chosen.map((protocol) => foldsOf(data, protocol, { folds, fresh, seed }));
      const watching = { now: () => performance.now(), onProgress: (line: string) => terminal.progress(line) };
      const protocols = cut.map(({ tuned: one }) => one);
      const tuned = await tune({ ...watching, data, protocols, plan, scorers, seed, k, least: choice.least ?? {} });
      terminal.progress(null);
      terminal.say(renderTuning(tuned));
      const unseen = cut.map(({ fresh: one }) => one).filter(({ cuts }) => cuts.length > 0);
      if (unseen.length > 0) {
        const asked = scorers.filter((one) => plan.criteria.some(({ criterion }) => criterion === criterionOf(one)));
        const judged = { data, protocols: unseen, plan: tunedPlan(plan, tuned), scorers: asked, seed, k };
        const report = await evaluate({ ...watching, ...judged });
        terminal.progress(null);
        terminal.say(`\n${renderEvaluation(report, terminal.style.bold)}`);
      }
      terminal.say(`tuned in ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
      if (choice.write === undefined) return;
      const text = withTunedWeights(await readFile(choice.write, 'utf8'), plan.recommender, tuned);
      if (text === null)
        throw new InvalidInputError('--write', [`${choice.write} has no Recommender ${plan.recommender}`]);
      await writeFile(choice.write, text);
      terminal.say(`${choice.write}: the weights of ${plan.recommender} are written`);
    });
};
