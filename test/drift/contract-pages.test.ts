import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { messageTypes } from '../../src/contract/control.ts';
import { problems } from '../../src/contract/errors.ts';
import { limits } from '../../src/contract/limits.ts';
import { type MetricSpec, metrics } from '../../src/contract/metrics.ts';
import { lanes, partialOutcomeSchema } from '../../src/contract/primitives.ts';
import { createNames, headers, scorerTopology } from '../../src/contract/topology.ts';

/** The cells of every table row of a page, without the heads. */
const rowsOf = (page: string): string[][] =>
  readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));

const code = (text: string): string => text.replaceAll('`', '');

describe('docs/errors.md', () => {
  const rows = rowsOf('errors.md');

  test('lists every error there is, once, and none that is not, each with its status', () => {
    const told = rows.map(([name = '', status]) => [code(name), Number(status)]);
    expect(told.sort()).toEqual(
      Object.entries(problems)
        .map(([name, { status }]) => [name, status])
        .sort(),
    );
  });

  test('says of each what it means and how to mend it', () => {
    expect(rows.filter((cells) => cells.length !== 4 || cells.some((cell) => cell.length < 3))).toEqual([]);
  });
});

describe('docs/metrics.md', () => {
  const rows = rowsOf('metrics.md');
  const specs: readonly [string, MetricSpec][] = Object.entries(metrics);

  test('lists every metric there is, once, and none that is not, each with its kind and labels', () => {
    expect(rows.map(([name = '', kind, labels = '']) => [code(name), kind, code(labels)])).toEqual(
      specs.map(([name, spec]) => [name, spec.kind, spec.labels.join(', ')]),
    );
  });

  test('every metric is named medley_<room>_<what>, a counter and only a counter ends in _total', () => {
    const rooms = '(broker|gateway|scorer|aggregator|trainer|store|operator|runtime|scatter)';
    for (const [name, { kind }] of specs) {
      expect(name).toMatch(new RegExp(`^medley_${rooms}(_[a-z]+)+$`));
      expect({ name, total: name.endsWith('_total') }).toEqual({ name, total: kind === 'counter' });
    }
  });

  test('a histogram has rising buckets and its unit in its name; nothing else has buckets', () => {
    for (const [name, { kind, buckets }] of specs) {
      expect({ name, has: buckets !== undefined }).toEqual({ name, has: kind === 'histogram' });
      expect([...(buckets ?? [])]).toEqual([...(buckets ?? [])].sort((a, b) => a - b));
      if (kind === 'histogram') expect(name).toMatch(/_(seconds|requests|ratio|bytes|milliseconds)$/);
    }
  });

  test('no label could hold the id of a user, item or request', () => {
    expect(
      specs.flatMap(([, { labels }]) => labels).filter((label) => /user|item|request|subject|id$/.test(label)),
    ).toEqual([]);
  });
});

describe('docs/protocol.md', () => {
  const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
  const names = createNames();
  const spelled = (pattern: RegExp): string[] => [
    ...new Set([...page.matchAll(pattern)].map((match) => match[1] ?? '')),
  ];

  test('every name it spells is one of the contract', () => {
    const known: readonly string[] = [
      ...Object.values(messageTypes),
      'medley.requests.v2',
      ...Object.values(names.exchange),
      ...Object.values(names.dead),
      ...Object.values(headers),
      ...lanes.map((lane) => names.scorer('<criterion>', lane, 0)),
    ];
    const found = spelled(/`(medley[.-][^`]+)`/g);
    expect(found.length).toBeGreaterThan(8);
    expect(found.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('it names every outcome a scorer may send, and every header', () => {
    expect(rowsOf('protocol.md').map(([name = '']) => code(name))).toEqual([
      ...lanes.map((lane) => names.scorer('<criterion>', lane, 0)),
      ...partialOutcomeSchema.options,
      ...Object.values(headers),
    ]);
  });

  test('its numbers are the limits of the contract', () => {
    expect(page).toContain(
      `At most ${limits.partialsPerBatch} partials and ${limits.messageBytes / 2 ** 20} MiB a message`,
    );
    expect(page).toContain(`at most ${limits.contextBytes} bytes as JSON and ${limits.contextDepth} levels`);
    const [durable] = scorerTopology(names, 'x').queues.filter((queue) => queue.kind === 'quorum');
    expect(page).toContain(`After ${durable?.deliveryLimit} deliveries`);
  });
});
