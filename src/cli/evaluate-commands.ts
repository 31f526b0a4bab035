import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { InvalidInputError } from '../contract/errors.ts';
import { limits } from '../contract/limits.ts';
import type { Plan } from '../contract/plan.ts';
import { resolvePlan } from '../contract/resolve-plan.ts';
import type { ScorerResource } from '../contract/resources.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { readMovieLens } from '../evaluation/movielens-data.ts';
import { chooseProtocols, type Part, type ProtocolName, protocolNames } from '../evaluation/protocols.ts';
import { withoutUsers } from '../evaluation/report-json.ts';
import { reportPage } from '../evaluation/report-page.ts';
import { collect, resourceName, wholeNumber } from './option-parsers.ts';
import type { CommandContext } from './program.ts';
import type { Resources } from './read-resources.ts';
import { renderEvaluation } from './render-evaluation.ts';
import { readResourcesOrWebflix } from './up.ts';

export interface DataChoice {
  data: string;
  split?: string;
  without: readonly string[];
  protocol: readonly ProtocolName[];
  seed: number;
  resources: readonly string[];
  recommender: string;
}

const protocolOption = (): Option =>
  new Option(
    '--protocol <name>',
    `a (by time), a-random or strong (users nobody trained on); may be repeated (default: those of the split, else a and a-random)`,
  )
    .choices(protocolNames)
    .argParser((value: string, all: readonly string[] = []) => {
      if (!protocolNames.some((name) => name === value)) {
        throw new InvalidInputError('--protocol', [`${value} is none of ${protocolNames.join(', ')}`]);
      }
      return collect(value, all);
    })
    .default([]);

/** The options that say what is measured on, of both commands. */
export const addDataOptions = (command: Command): Command =>
  command
    .requiredOption('--data <dir>', 'a MovieLens folder of any format')
    .option('--split <path>', 'a folder with test.csv, valid.csv, random-test.csv …, or one file of held-out pairs')
    .option('--without <file>', 'pairs that are in no part; may be repeated', collect, [])
    .addOption(protocolOption())
    .option('--seed <n>', 'of everything that is drawn', wholeNumber(0, 2 ** 31), 1)
    .option(
      '--resources <path>',
      'YAML file or folder of Scorers and Recommenders; may be repeated (default: Webflix)',
      collect,
      [],
    )
    .option('--recommender <name>', 'whose weights and rules', resourceName, 'home');

/** The plan of one recommender, and all Scorers that ship with Medley. */
export const planOf = (resources: Resources, name: string): { plan: Plan; scorers: readonly ScorerResource[] } => {
  const recommender = resources.recommenders.find((one) => one.metadata.name === name);
  if (recommender === undefined) {
    const known = resources.recommenders.map((one) => one.metadata.name).join(', ');
    throw new InvalidInputError('--recommender', [`there is no Recommender ${name}; there are ${known}`]);
  }
  const { plan, problems } = resolvePlan(recommender, resources.scorers, 1);
  if (plan === null || problems.length > 0) throw new InvalidInputError('The resources', problems);
  return { plan, scorers: resources.scorers.filter(({ spec }) => spec.command === undefined) };
};

export const protocolsOf = (choice: DataChoice, part: Part) => ({
  split: choice.split,
  without: choice.without,
  protocols: choice.protocol.length > 0 || choice.split !== undefined ? choice.protocol : (['a', 'a-random'] as const),
  seed: choice.seed,
  part,
});

interface EvaluateChoice extends DataChoice {
  part: Part;
  k?: number;
  quick: boolean;
  json?: string;
  html?: string;
}

/** `medley evaluate` */
export const addEvaluate = (program: Command, { terminal }: CommandContext): void => {
  addDataOptions(
    program
      .command('evaluate')
      .description('measure criteria and a recommender on held-out events, through the code that serves'),
  )
    .addOption(new Option('--part <part>', 'what is guessed').choices(['test', 'valid']).default('test'))
    .option('--k <n>', 'length of the lists that are judged (default: 10, strong 100)', wholeNumber(1, limits.k))
    .option('--quick', 'no turtles, no cut lists, no short histories', false)
    .option('--json <file>', 'write everything as JSON')
    .option('--html <file>', 'write a page with plots')
    .action(async (choice: EvaluateChoice) => {
      const startedMs = performance.now();
      const { plan, scorers } = planOf(await readResourcesOrWebflix(choice.resources), choice.recommender);
      const data = await readMovieLens(choice.data);
      const protocols = await chooseProtocols(data, protocolsOf(choice, choice.part));
      const report = await evaluate({
        ...{ data, protocols, plan, scorers, k: choice.k, seed: choice.seed, quick: choice.quick },
        now: () => performance.now(),
        onProgress: (line) => terminal.progress(line),
      });
      terminal.progress(null);
      terminal.say(renderEvaluation(report, terminal.style.bold));
      if (choice.json !== undefined) await writeFile(choice.json, `${JSON.stringify(withoutUsers(report), null, 2)}\n`);
      if (choice.html !== undefined) await writeFile(choice.html, reportPage(report));
      terminal.say(
        `${choice.part}, recommender ${plan.recommender}: ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`,
      );
    });
};
