import { describe, expect, it, test } from '@jest/globals';
import { isPostgresUrl, parsePostgresUrl, postgresUrlFault } from './postgres-address.ts';

describe('the URL of a PostgreSQL', () => {
  it('is told by its scheme alone', () => {
    expect(['postgres://h/d', 'PostgreSQL://h/d', 'postgres:'].map(isPostgresUrl)).toEqual([true, true, true]);
    expect(['postgres.db', 'mysql://h/d', './postgres:/x'].map(isPostgresUrl)).toEqual([false, false, false]);
  });

  it('keeps what the driver reads and gives Medley its own parameters', () => {
    const text =
      'postgresql://me:s%23cret@db.example:6543/med%20ley?sslmode=verify-full&pool_size=4&statement_timeout=900';
    expect(parsePostgresUrl(text)).toEqual({
      url: 'postgresql://me:s%23cret@db.example:6543/med%20ley?sslmode=verify-full',
      label: 'PostgreSQL at db.example:6543/med ley',
      poolSize: 4,
      statementTimeoutMs: 900,
    });
  });

  it('says nothing of size and time unless it does, and has the usual port', () => {
    expect(parsePostgresUrl('postgres://me:secret@db/medley')).toMatchObject({
      label: 'PostgreSQL at db:5432/medley',
      poolSize: null,
      statementTimeoutMs: null,
    });
  });

  it('may be a socket, named by the host parameter', () => {
    const text = 'postgres:///medley?host=/run/postgresql';
    expect(postgresUrlFault(text)).toBeNull();
    expect(parsePostgresUrl(text).label).toBe('PostgreSQL at /run/postgresql:5432/medley');
  });

  test.each([
    ['postgres:medley', /^is not a URL of the form postgres:\/\/USER/],
    ['postgres://me:se/cret@db/medley', /^is not a URL .* percent-encoded/],
    ['postgres://me:secret@db:port/medley', /^is not a URL/],
    ['postgres://me:secret@db/medley#cret', /^has a # in it/],
    ['postgres://me:secret%@db/medley', /^has a % that encodes nothing/],
    ['postgres://me:secret@db', /^does not name one database/],
    ['postgres://me:secret@db/', /^does not name one database/],
    ['postgres://me:secret@db/medley/more', /^does not name one database/],
    ['postgres://me:secret@db/medley?pool_size=many', /^has a pool_size that is not a whole number from 1 to 1000$/],
    ['postgres://me:secret@db/medley?pool_size=0', /^has a pool_size/],
    ['postgres://me:secret@db/medley?pool_size=1001', /^has a pool_size/],
    ['postgres://me:secret@db/medley?statement_timeout=5s', /^has a statement_timeout .* 1 to 3600000$/],
  ])('%s is refused without being repeated', (text, fault) => {
    expect(postgresUrlFault(text)).toMatch(fault);
    expect(postgresUrlFault(text)).not.toMatch(/secret|cret@|me:/);
  });
});
