import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { commandsOf, silentProgram } from '../../scripts/cli-page.ts';
import { aggregatorEnvSchema } from '../../src/aggregator/aggregator-env.ts';
import { gatewayEnvSchema } from '../../src/gateway/gateway-env.ts';
import { operatorEnvSchema } from '../../src/operator/operator-env.ts';
import { shippedScorerEnvSchema } from '../../src/scorer/scorer-env.ts';
import { trainerEnvSchema } from '../../src/trainer/trainer-env.ts';

/** docs/configuration.md and what the processes read, held against each other in both directions. */
const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/configuration.md', root), 'utf8');

const sectionOf = (head: string): string => page.split(/^## /m).find((one) => one.startsWith(`${head}\n`)) ?? '';

/** Name → default, as the table of a section has them. */
const rowsOf = (head: string): Record<string, string> =>
  Object.fromEntries(
    [...sectionOf(head).matchAll(/^\| `([A-Z_]+)` \| (\S.*?) \| (\S.*) \|$/gm)].map(([, name, value]) => [name, value]),
  );

/** What the page must say: `required`, `none`, or the value. */
const defaultOf = (schema: z.ZodType): string => {
  const absent = schema.safeParse(undefined);
  if (!absent.success) return 'required';
  if (absent.data === undefined) return 'none';
  return `\`${typeof absent.data === 'string' ? absent.data : JSON.stringify(absent.data)}\``;
};

const expected = (schema: z.ZodObject): Record<string, string> =>
  Object.fromEntries(Object.entries(schema.shape).map(([name, one]) => [name, defaultOf(one as z.ZodType)]));

describe('docs/configuration.md', () => {
  test.each([
    ['Gateway', gatewayEnvSchema],
    ['Aggregator', aggregatorEnvSchema],
    ['Scorer', shippedScorerEnvSchema],
    ['Operator', operatorEnvSchema],
    ['Trainer', trainerEnvSchema],
  ] as const)('%s: every variable with its default, and no other', (head, schema) => {
    expect(rowsOf(head)).toEqual(expected(schema));
  });

  test('Command line: every variable an option may come from, and no other', () => {
    const options = [...commandsOf(silentProgram()).values()].flatMap((command) => command.options);
    const variables = options.flatMap(({ envVar, defaultValue }) =>
      envVar === undefined ? [] : [[envVar, defaultValue === undefined ? 'none' : `\`${defaultValue}\``]],
    );
    expect(rowsOf('Command line')).toEqual(Object.fromEntries(variables));
  });

  test('names every environment schema there is in src', () => {
    const files = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' });
    const schemas = files.filter((file) => /-env\.ts$/.test(file)).sort();
    expect(schemas).toEqual([
      'aggregator/aggregator-env.ts',
      'gateway/gateway-env.ts',
      'operator/operator-env.ts',
      'scorer/scorer-env.ts',
      'trainer/trainer-env.ts',
    ]);
  });

  test('names no variable that nothing in src reads', () => {
    const sources = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(new URL(`src/${file}`, root), 'utf8'))
      .join('\n');
    for (const [name] of page.matchAll(/MEDLEY_[A-Z_]+/g)) expect(sources).toContain(name);
  });
});
