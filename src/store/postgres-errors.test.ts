import { expect, test } from '@jest/globals';
import { DatabaseError } from 'pg';
import { StoreUnavailableError } from './port.ts';
import { toStoreError, verdictOf } from './postgres-errors.ts';

const label = 'PostgreSQL at db:5432/medley';
const fromServer = (code: string): DatabaseError =>
  Object.assign(new DatabaseError('as the server said', 1, 'error'), { code });

test.each([
  ['40P01', 'again'],
  ['40001', 'again'],
  ['57P01', 'gone'],
  ['08006', 'gone'],
  ['25006', 'gone'],
  ['57014', 'busy'],
  ['53300', 'busy'],
  ['57P03', 'busy'],
  ['28P01', 'refused'],
  ['3D000', 'refused'],
  ['42501', 'refused'],
  ['23505', 'fault'],
  ['42601', 'fault'],
])('SQLSTATE %s means: %s', (code, verdict) => expect(verdictOf(fromServer(code))).toBe(verdict));

test('what the server did not say means that the connection is gone', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
  expect(verdictOf(refused)).toBe('gone');
  expect(toStoreError(refused, label)).toEqual(
    new StoreUnavailableError(`the store, ${label}, does not answer: connect ECONNREFUSED 10.0.0.1:5432`),
  );
  expect(String(toStoreError(new AggregateError([refused]), label))).toContain('ECONNREFUSED 10.0.0.1');
});

test('a refusal says so, with the cause kept; an error of the port is told once', () => {
  const error = fromServer('28P01');
  const told = toStoreError(error, label);
  expect(told).toMatchObject({ message: `the store, ${label}, refuses: as the server said`, cause: error });
  expect(toStoreError(told, label)).toBe(told);
});

test('a fault of ours and a lost race stay what they are', () => {
  for (const error of [fromServer('42601'), fromServer('40P01')]) expect(toStoreError(error, label)).toBe(error);
});
