import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { groupPath, kinds } from '../../src/operator/kube/kinds.ts';

/** Who may do what in the API, as the chart renders it (k8s/base is its render), held to the code and to docs/security.md. */

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}
interface Rendered {
  kind: string;
  metadata: { name: string };
  rules?: Rule[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const rendered = parseAllDocuments(readFileSync(join(root, 'k8s/base/medley.yaml'), 'utf8')).map(
  (one) => one.toJSON() as Rendered,
);
const roles = new Map(
  rendered.filter(({ kind }) => kind === 'Role').map(({ metadata, rules }) => [metadata.name, rules]),
);
const rules = roles.get('medley-operator') ?? [];

const listed = rules.flatMap(({ resources, resourceNames = [], verbs }) =>
  resources.map((resource) => [[resource, ...resourceNames.map((name) => `(${name})`)].join(' '), verbs.join(' ')]),
);

const watched = 'list watch';
const made = `${watched} create patch`;

test('the operator may do what it does, and no more', () => {
  expect(Object.fromEntries(listed.filter(([what]) => what !== 'leases'))).toEqual({
    recommenders: `get ${watched}`,
    scorers: `get ${watched} patch`,
    'scorers/status': 'patch',
    'recommenders/status': 'patch',
    'scorers/finalizers': 'update',
    deployments: `${made} delete`,
    'deployments/scale': 'patch',
    poddisruptionbudgets: made,
    serviceaccounts: made,
    secrets: made,
    'configmaps (medley-plans)': `get ${made}`,
    pods: watched,
    events: 'create',
    horizontalpodautoscalers: `${made} delete`,
    scaledobjects: `${made} delete`,
    podmonitors: made,
    'leases (medley-operator)': 'get update',
  });
  expect(listed.find(([what]) => what === 'leases')).toEqual(['leases', 'create']);
});

test('every kind the operator works with has a rule in its own API group, and no rule is of another kind', () => {
  const groupOf = (kind: (typeof kinds)[keyof typeof kinds]): string =>
    /^\/apis\/([^/]+)/.exec(groupPath(kind))?.[1] ?? '';
  const used = new Set(Object.values(kinds).map((kind) => `${groupOf(kind)}/${kind.plural}`));
  const allowed = rules.flatMap(({ apiGroups, resources }) =>
    apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource.split('/')[0]}`)),
  );
  expect([...new Set(allowed)].sort()).toEqual([...used].sort());
});

test('nobody has rights in the whole cluster, or any verb or resource there is', () => {
  expect(rendered.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
  expect(JSON.stringify([...roles.values()])).not.toContain('*');
});

test('docs/security.md names every right of the operator', () => {
  const text = readFileSync(join(root, 'docs/security.md'), 'utf8');
  const rows = new Map(
    [...text.matchAll(/^\| ([a-z]+(?:\/[a-z]+)?(?: `[a-z-]+`)?) \| ([a-z ]+) \|/gm)].map(([, what, verbs]) => [
      what,
      verbs,
    ]),
  );
  for (const [what = '', verbs] of listed) {
    const row = what.replace(/\((.+)\)/, '`$1`');
    expect([row, rows.get(row)]).toEqual([row, verbs]);
  }
});
