/** Where a PostgreSQL is and how it is used, from its URL. */
export interface PostgresAddress {
  /** What the driver is given: the URL without what only Medley reads. Holds the password. */
  url: string;
  /** Host, port and database, for messages: neither user nor password. */
  label: string;
  /** Connections at most, from `pool_size`; null: not said. */
  poolSize: number | null;
  /** Milliseconds one statement may take, from `statement_timeout`; null: not said. */
  statementTimeoutMs: number | null;
}

const form = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE';
const maxPoolSize = 1_000;
const maxTimeoutMs = 3_600_000;

export const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:/i.test(text);

const decodes = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

const wholeNumberFault = (url: URL, name: string, max: number): string | null => {
  const text = url.searchParams.get(name);
  if (text === null || (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= max)) return null;
  return `has a ${name} that is not a whole number from 1 to ${max}`;
};

/** What is wrong with a URL of PostgreSQL, as the rest of a sentence; null: nothing. Never repeats it: it may hold a password. */
export const postgresUrlFault = (text: string): string | null => {
  if (!/^postgres(ql)?:\/\//i.test(text) || !URL.canParse(text)) {
    return `is not a URL of the form ${form}; special characters in the password are percent-encoded, # as %23`;
  }
  const url = new URL(text);
  if (url.hash !== '') return 'has a # in it; one that belongs to the password is written %23';
  if (![url.username, url.password, url.pathname].every(decodes)) return 'has a % that encodes nothing; write %25';
  if (!/^\/[^/]+$/.test(url.pathname)) return `does not name one database: ${form}`;
  return (
    wholeNumberFault(url, 'pool_size', maxPoolSize) ?? wholeNumberFault(url, 'statement_timeout', maxTimeoutMs) ?? null
  );
};

const numberIn = (url: URL, name: string): number | null => {
  const text = url.searchParams.get(name);
  return text === null ? null : Number(text);
};

/** @param text one without `postgresUrlFault` */
export const parsePostgresUrl = (text: string): PostgresAddress => {
  const url = new URL(text);
  const host = url.searchParams.get('host') ?? (url.hostname === '' ? 'localhost' : url.hostname);
  const port = url.searchParams.get('port') ?? (url.port === '' ? '5432' : url.port);
  const address = {
    label: `PostgreSQL at ${host}:${port}${decodeURIComponent(url.pathname)}`,
    poolSize: numberIn(url, 'pool_size'),
    statementTimeoutMs: numberIn(url, 'statement_timeout'),
  };
  for (const own of ['pool_size', 'statement_timeout']) url.searchParams.delete(own);
  return { ...address, url: url.href };
};
