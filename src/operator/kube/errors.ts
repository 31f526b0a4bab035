/** The API server refused, or could not be reached (status 0). Blast radius: that one call. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** The API's own word: `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Forbidden`, `Expired`. */
  readonly reason: string;
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    reason: string,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | null } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** This process does not lead (any more), so it writes nothing. Blast radius: that one write. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';
}

/** Trying again changes nothing until somebody edits something: the one way to say "do not retry". */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export const isStatus = (cause: unknown, status: number): boolean =>
  cause instanceof KubeError && cause.status === status;

/** What is wrong with the object itself: the same apply would be refused again. */
export const isRefusedForGood = (cause: unknown): boolean => isStatus(cause, 422) || isStatus(cause, 400);
