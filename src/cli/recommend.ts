import type { Answer } from '../contract/answer.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { askGateway, type Fetch } from './ask-gateway.ts';
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

/** Asks and prints. @throws GatewayError where the gateway refuses or does not answer */
export const recommend = async (
  options: RecommendOptions,
  terminal: Pick<Terminal, 'say' | 'columns' | 'style'>,
  fetch?: Fetch,
): Promise<void> => {
  const body = toRequestBody(options);
  const answer: Answer = await askGateway(options.url, body, fetch);
  terminal.say(options.json ? JSON.stringify(answer, null, 2) : renderAnswer(answer, terminal));
};
