/**
 * Every error a caller can meet, with its stable code. Codes are never renamed or reused.
 *
 * `docs/errors.md` lists each of them; a test holds the two against each other, both ways.
 */
export const problems = {
  'invalid-body': { status: 400, title: 'The body is not what this endpoint takes' },
  'invalid-json': { status: 400, title: 'The body is not JSON' },
  'invalid-parameter': { status: 400, title: 'A path, query or header value is not valid' },
  'body-too-large': { status: 413, title: 'The body is larger than allowed' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'unknown-recommender': { status: 404, title: 'There is no such recommender' },
  'unknown-criterion': { status: 400, title: 'A weight names a criterion that this recommender does not have' },
  'unknown-item': { status: 404, title: 'There is no such item' },
  'unknown-user': { status: 404, title: 'There is no such user' },
  'unknown-answer': { status: 404, title: 'No request was accepted under this id' },
  'unknown-model': { status: 404, title: 'No such model was published' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'method-not-allowed': { status: 405, title: 'This address does not take this method' },
  'idempotency-conflict': { status: 409, title: 'This Idempotency-Key was used with another body' },
  overloaded: { status: 429, title: 'Too many requests are open for the deadline to be met' },
  'broker-unavailable': { status: 503, title: 'The message broker does not take messages at the moment' },
  'store-unavailable': { status: 503, title: 'The store does not answer at the moment' },
  'no-aggregator': { status: 503, title: 'No aggregator is announced' },
  'no-answer': { status: 503, title: 'No criterion answered and the recommender allows no fallback' },
  stopping: { status: 503, title: 'This process is stopping' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** Thrown anywhere on the way of an HTTP request; becomes problem+json. Blast radius: that one request. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly errors: readonly { pointer: string; detail: string }[];
  readonly retryAfterS: number | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { errors?: readonly { pointer: string; detail: string }[]; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterS = options.retryAfterS;
  }

  get status(): number {
    return problems[this.code].status;
  }
}

/** A configuration, resource or data file that can't be used: every fault at once, as sentences. Blast radius: the start of a process. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  readonly faults: readonly string[];

  constructor(what: string, faults: readonly string[], options: { cause?: unknown } = {}) {
    super(`${what}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`, options);
    this.faults = faults;
  }
}
