import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { criteria } from '../../src/criteria/registry.ts';

const page = readFileSync(new URL('../../docs/criteria.md', import.meta.url), 'utf8');

/** The text under each heading that is the name of something. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => [/^`(\w+)`/.exec(text)?.[1] ?? '', text] as const),
);

test('every criterion shipped has a section, and no other', () => {
  const told = [...sections.keys()].filter((name) => name !== '');
  expect(told.sort()).toEqual(criteria.map((one) => one.name));
});

test.each(criteria.map((one) => [one.name, one] as const))(
  '%s: the settings told are those it has, with their defaults, bounds and purpose',
  (name, { settings }) => {
    const rows = (sections.get(name) ?? '').split('\n').filter((line) => line.startsWith('| `'));
    const expected = Object.entries(settings).map(
      ([setting, { default: usual, min, max, about }]) => `| \`${setting}\` | ${usual} | ${min} | ${max} | ${about} |`,
    );
    expect(rows).toEqual(expected);
  },
);

test.each(criteria.map((one) => one.name))(
  '%s: it is said when it abstains, what its reason is and what it costs',
  (name) => {
    const text = sections.get(name) ?? '';
    for (const said of ['**Abstains**', '**Reason:**', '**Cost']) expect(text).toContain(said);
  },
);
