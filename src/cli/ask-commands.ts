import type { Command } from 'commander';
import { limits } from '../contract/limits.ts';
import { commaList, deadline, gatewayUrl, resourceName, wholeNumber } from './option-parsers.ts';
import type { CommandContext } from './program.ts';
import { type RecommendOptions, recommend } from './recommend.ts';

/** `medley recommend` */
export const addRecommend = (program: Command, { terminal, exitWith }: CommandContext): void => {
  program
    .command('recommend')
    .description('ask a running gateway and show the answer, why, and how the work fanned out')
    .argument('[user]', 'whom to recommend to')
    .option('--session <a,b,c>', 'somebody without a user id: the items he watched, newest first', commaList)
    .option('--item <id>', 'what is like this item (with a user: for him)')
    .option('--url <url>', 'where the gateway is', gatewayUrl, 'http://127.0.0.1:8080')
    .option('--recommender <name>', 'which recommender (default: home; with --item more-like-this)', resourceName)
    .option('-k, --k <n>', "how many items (default: the recommender's own)", wholeNumber(1, limits.k))
    .option('--genres <a,b>', 'only items of one of these genres', commaList)
    .option('--without-genres <a,b>', 'no item of any of these genres', commaList)
    .option('--exclude <a,b>', 'none of these items', commaList)
    .option('--deadline-ms <ms>', "an earlier deadline than the recommender's", deadline)
    .option(
      '--until-whole <seconds>',
      'ask again for so long, until an answer is fresh, whole and says why; none: exit code 1',
      wholeNumber(1, 3_600),
    )
    .option('--json', 'the answer as it came', false)
    .action(async (user: string | undefined, options: Omit<RecommendOptions, 'user'>) => {
      if (!(await recommend({ ...options, user }, terminal))) exitWith(1);
    });
};
