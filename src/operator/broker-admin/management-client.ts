import { BrokerConflictError, BrokerRefusedError, BrokerUnreachableError } from './errors.ts';

/** RabbitMQ's management HTTP API, as far as the operator uses it: JSON in, JSON out, three kinds of failure. */
export interface ManagementClient {
  /** The user it speaks as. */
  user: string;
  /** Null: there is no such thing (404). */
  get(path: string): Promise<unknown>;
  put(path: string, body: object, what: string): Promise<void>;
  post(path: string, body: object, what: string): Promise<unknown>;
  /** True: deleted. False: it was gone already. */
  delete(path: string, what: string): Promise<boolean>;
}

export interface ManagementOptions {
  /** `http(s)://user:password@host:15672`. */
  url: string;
  vhost: string;
  fetch: typeof fetch;
  /** One attempt to read, ms; one to write may take four times as long. Default 2,000. */
  timeoutMs?: number;
}

/** A Service may lead to a node that died a moment ago: what only reads is tried on another. */
const attempts = { GET: 3, PUT: 2, POST: 1, DELETE: 2 } as const;
type Method = keyof typeof attempts;

/** A path of the API from its parts, each escaped: `path('queues', '/', 'a b')` is `queues/%2F/a%20b`. */
export const path = (...parts: readonly string[]): string => parts.map(encodeURIComponent).join('/');

interface Said {
  error?: unknown;
  reason?: unknown;
}

const reasonOf = (text: string): string => {
  try {
    const { error, reason } = JSON.parse(text) as Said;
    return String(reason ?? error ?? text).slice(0, 300);
  } catch {
    return text.slice(0, 300) || 'no reason given';
  }
};

/** The innermost words of a failed fetch: `fetch failed` alone says nothing. */
const causeOf = (error: unknown): string => {
  const { name, message, cause } = error as {
    name?: string;
    message?: string;
    cause?: { code?: string; message?: string };
  };
  if (name === 'TimeoutError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? message ?? String(error);
};

export const createManagementClient = (options: ManagementOptions): ManagementClient => {
  const { vhost, timeoutMs = 2_000 } = options;
  const url = new URL(options.url);
  const user = decodeURIComponent(url.username) || 'guest';
  const authorization = `Basic ${Buffer.from(`${user}:${decodeURIComponent(url.password) || 'guest'}`).toString('base64')}`;
  const where = `${url.protocol}//${url.host}`;
  const base = `${where}${url.pathname.replace(/\/$/, '')}/api/`;

  const refused = (what: string, status: number, reason: string): Error => {
    if (status === 401 && /login failed|not_authorized$/i.test(reason))
      return new BrokerRefusedError(
        `RabbitMQ at ${where} does not take user ${user} (${reason}): its password is wrong, it has no tag "management", or it lacks the right for ${what}. Mend the Secret behind MEDLEY_MANAGEMENT_URL, or give the user "policymaker" and configure, write and read on virtual host ${vhost}`,
      );
    return new BrokerRefusedError(
      `RabbitMQ at ${where} refuses user ${user} ${what} (${reason}): give it configure, write and read on virtual host ${vhost} and the tag "policymaker", or "administrator" where it is to make users`,
    );
  };
  const failure = (what: string, status: number, reason: string): Error => {
    if (status === 401 || status === 403) return refused(what, status, reason);
    if (status === 400 && /inequivalent|precondition/i.test(reason))
      return new BrokerConflictError(
        `${what} exists on RabbitMQ at ${where} with other arguments (${reason}), and arguments never change in place: let it run empty, then delete it, and it is declared anew`,
      );
    if (status === 404)
      return new BrokerRefusedError(
        `RabbitMQ at ${where} knows no virtual host ${vhost}, or nothing that ${what} needs: create the virtual host and give user ${user} configure, write and read on it`,
      );
    return new BrokerUnreachableError(`RabbitMQ at ${where} could not do ${what}: ${status} ${reason}`);
  };

  const attempt = async (method: Method, to: string, body: object | null): Promise<Response> =>
    options.fetch(`${base}${to}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(method === 'GET' ? timeoutMs : 4 * timeoutMs),
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
  const send = async (method: Method, to: string, body: object | null): Promise<{ status: number; text: string }> => {
    for (let left = attempts[method] - 1; ; left -= 1) {
      try {
        const response = await attempt(method, to, body);
        const text = await response.text();
        if (response.status < 500 || left === 0) return { status: response.status, text };
      } catch (cause) {
        if (left > 0) continue;
        throw new BrokerUnreachableError(
          `RabbitMQ's management API at ${where} does not answer (${causeOf(cause)}): is the broker running, its management plugin on, and the operator let through to it?`,
          { cause },
        );
      }
    }
  };
  const done = (status: number): boolean => status >= 200 && status < 300;

  return {
    user,
    async get(to) {
      const { status, text } = await send('GET', to, null);
      if (status === 404) return null;
      if (!done(status)) throw failure(`reading ${decodeURIComponent(to.split('?')[0] ?? to)}`, status, reasonOf(text));
      return JSON.parse(text) as unknown;
    },
    async put(to, body, what) {
      const { status, text } = await send('PUT', to, body);
      if (!done(status)) throw failure(what, status, reasonOf(text));
    },
    async post(to, body, what) {
      const { status, text } = await send('POST', to, body);
      if (!done(status)) throw failure(what, status, reasonOf(text));
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
    async delete(to, what) {
      const { status, text } = await send('DELETE', to, null);
      if (status === 404) return false;
      if (!done(status)) throw failure(what, status, reasonOf(text));
      return true;
    },
  };
};
