import type { Answer } from '../contract/answer.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { askGateway, type Fetch, firstWholeAnswer } from './ask-gateway.ts';
import { renderAnswer } from './render-answer.ts';
import type { Terminal } from './terminal.ts';

/** `medley recommend`: one question to a running gateway. */
export interface RecommendOptions {
  user: string | undefined;
  /** The history of somebody without a user id. */
  session: readonly string[] | undefined;
  item: string | undefined;
  url: string;
  /** Undefined: `home`, or `more-like-this` of an item, as the addresses of the gateway have it. */
  recommender: string | undefined;
  k: number | undefined;
  genres: readonly string[] | undefined;
  withoutGenres: readonly string[] | undefined;
  exclude: readonly string[] | undefined;
  deadlineMs: number | undefined;
  /** Seconds an answer is waited for that lacks nothing; undefined: the first one is shown. */
  untilWhole: number | undefined;
  json: boolean;
}

const given = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/**
 * The body of the request.
 *
 * @throws InvalidInputError unless there is one subject: a user, a session or an item (an item may come with a user)
 */
export const toRequestBody = (options: RecommendOptions): object => {
  const { user, session, item, recommender, k, genres, withoutGenres, exclude, deadlineMs } = options;
  if (user === undefined && session === undefined && item === undefined)
    throw new InvalidInputError('Whom to recommend to', ['give a USER, --session a,b,c or --item ID']);
  if (session !== undefined && (user !== undefined || item !== undefined))
    throw new InvalidInputError('Whom to recommend to', ['--session goes with neither a USER nor --item']);
  const filters = given({ genres, withoutGenres });
  return given({
    recommender: recommender ?? (item === undefined ? 'home' : 'more-like-this'),
    user,
    session: session === undefined ? undefined : { history: session.map((one) => ({ item: one })) },
    item,
    k,
    filters: Object.keys(filters).length === 0 ? undefined : filters,
    exclude,
    deadlineMs,
  });
};

const pauseMs = 500;

/** What an answer lacks, as the end of a sentence; null: nothing. */
export const lackOf = ({ source, coverage, complete, items }: Answer): string | null => {
  if (source !== 'fresh') return `its source is ${source}`;
  const silent = coverage.criteria.filter(({ outcome }) => outcome !== 'scored' && outcome !== 'abstained');
  if (!complete) return silent.map(({ criterion, outcome }) => `${criterion} is ${outcome}`).join(', ');
  if (items.length === 0) return 'it holds nothing';
  return items.some(({ reasons = [] }) => reasons.length === 0) ? 'not every item says why' : null;
};

/**
 * Asks and prints. False: for as long as was to be waited, no answer lacked nothing; the last one is shown.
 *
 * @throws GatewayError where the gateway refuses or does not answer
 */
export const recommend = async (
  options: RecommendOptions,
  terminal: Pick<Terminal, 'say' | 'complain' | 'columns' | 'style'>,
  fetch?: Fetch,
): Promise<boolean> => {
  const body = toRequestBody(options);
  const ask = (): Promise<Answer> => askGateway(options.url, body, fetch);
  const tries = options.untilWhole === undefined ? 1 : Math.ceil((options.untilWhole * 1_000) / pauseMs);
  const enough = (answer: Answer): boolean => lackOf(answer) === null;
  const answer = await firstWholeAnswer(ask, { tries, pauseMs, enough });
  terminal.say(options.json ? JSON.stringify(answer, null, 2) : renderAnswer(answer, terminal));
  const lack = options.untilWhole === undefined ? null : lackOf(answer);
  if (lack !== null) terminal.complain(`medley: no whole answer within ${options.untilWhole} s: ${lack}`);
  return lack === null;
};
