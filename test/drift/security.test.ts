import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  aggregatorTopology,
  controlKeys,
  coreTopology,
  createNames,
  scorerTopology,
} from '../../src/contract/topology.ts';
import {
  aggregatorPermissions,
  gatewayPermissions,
  operatorPermissions,
  type Permissions,
  scorerPermissions,
} from '../../src/operator/broker-admin/permissions.ts';

/** docs/security.md says what each broker user may do; its tables and the regular expressions must say the same. */
const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
const names = createNames();
const permissions: Readonly<Record<string, Permissions>> = {
  'VHOST:medley.gateway': gatewayPermissions(names),
  'VHOST:medley.aggregator': aggregatorPermissions(names),
  'VHOST:medley.operator': operatorPermissions(names),
  'VHOST:medley.scorer.CRITERION': scorerPermissions(names, 'history'),
};

const topologies = [
  coreTopology(names),
  aggregatorTopology(names, 0),
  ...['history', 'hist'].flatMap((criterion) => [0, 2].map((at) => scorerTopology(names, criterion, at))),
];
const processes = (['gateway', 'aggregator', 'operator'] as const).map((role) => names.control(role, 'p-0'));
const universe = [
  ...new Set([
    ...topologies.flatMap(({ exchanges, queues }) => [...exchanges, ...queues].map(({ name }) => name)),
    ...[...processes, names.replies('p-0'), 'other.gateway.p', 'medleyXscatter', 'xmedley.scatter', 'medley.scatter.x'],
  ]),
];

const rowsOf = (start: string): string[][] =>
  page
    .slice(page.indexOf(start))
    .split('\n\n')[0]
    ?.split('\n')
    .slice(2)
    .map((row) => row.split('|').slice(1, -1)) ?? [];
const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((found) => found[1] ?? '');

/** What a cell of the first table means, as a test of names. */
const saidBy = (cell: string): ((name: string) => boolean) => {
  const said = quoted(cell).map((one) => one.replace('CRITERION', 'history'));
  return (name) =>
    said.some((one) => {
      if (one.endsWith('.…')) return name.startsWith(one.slice(0, -1));
      return name === one || (one.endsWith('.interactive') && name === `${one}.g2`);
    });
};

describe('docs/security.md', () => {
  const rights = rowsOf('| user | configure');

  test('has a row for each user', () => {
    expect(rights.map(([user = '']) => quoted(user)[0])).toEqual(Object.keys(permissions));
  });

  test.each(rights)('%s may do what the table says, to the letter', (user = '', ...cells) => {
    const has = permissions[quoted(user)[0] ?? ''];
    for (const [at, right] of (['configure', 'write', 'read'] as const).entries()) {
      const pattern = new RegExp(has?.[right] ?? 'x');
      expect([right, universe.filter((name) => pattern.test(name))]).toEqual([
        right,
        universe.filter(saidBy(cells[at] ?? '')),
      ]);
    }
  });

  test.each(rowsOf('| user | may publish'))('%s has the routing keys of the table', (user, write = '', read = '') => {
    const has = permissions[`VHOST:medley.${user?.trim()}`]?.control;
    const keys = Object.values(controlKeys);
    const allowed = (pattern: string | undefined): string[] =>
      keys.filter((key) => new RegExp(pattern ?? 'x').test(key));
    expect(allowed(has?.write).sort()).toEqual(quoted(write).sort());
    expect(allowed(has?.read).sort()).toEqual(quoted(read).sort());
  });
});
