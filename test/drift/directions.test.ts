import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CLOSED_ROOMS, OWNED_PACKAGES, ROOMS, renderRooms } from '../../scripts/directions.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** One forbidden or allowed thing: a file with one fault, and the rule that must (or must not) name it. */
interface Probe {
  readonly name: string;
  readonly path: string;
  readonly code: string;
  readonly rule: string;
}

const RESTRICTED = 'lint/style/noRestrictedImports';
const rooms = Object.keys(ROOMS);
const mayImport = (from: string, to: string): boolean =>
  ROOMS[from]?.some((room) => room === to || room === '*') ?? false;
const pairs = rooms.flatMap((from) => rooms.filter((to) => to !== from).map((to) => ({ from, to })));

const pairProbe = ({ from, to }: { from: string; to: string }, deep = false): Probe => ({
  name: `src/${from} → src/${to}${deep ? ' from a sub-folder' : ''}`,
  path: `src/${from}/${deep ? 'inner/' : ''}to-${to}.ts`,
  code: `import type { Probe } from '${deep ? '../../' : '../'}${to}/inner/probe.ts';\nexport const probe = (it: Probe): Probe => it;\n`,
  rule: RESTRICTED,
});

const packageProbe = (room: string, name: string): Probe => ({
  name: `src/${room} → ${name}`,
  path: `src/${room}/package-${name.replace(/\W+/g, '-').replace(/^-/, '')}.ts`,
  code: `import * as it from '${name}';\nexport const probe: unknown = it;\n`,
  rule: RESTRICTED,
});

const lines = (count: number): string =>
  `${Array.from({ length: count }, (_, i) => `export const a${i} = ${i};`).join('\n')}\n`;
const nested = (depth: number): string => `${'if (n) {'.repeat(depth)} f(); ${'}'.repeat(depth)}`;
const branches = Array.from({ length: 17 }, (_, i) => `if (n === ${i}) f();`).join('\n');
const room = 'src/gateway';
const params = 'a: 1, b: 2, c: 3, d: 4, e: 5';

const houseFaults: readonly Probe[] = [
  { name: 'file of 251 lines', path: `${room}/long.ts`, code: lines(251), rule: 'lint/style/noExcessiveLinesPerFile' },
  { name: 'cmd of 41 lines', path: 'cmd/long.ts', code: lines(41), rule: 'lint/style/noExcessiveLinesPerFile' },
  {
    name: 'test of 401 lines',
    path: `${room}/x.test.ts`,
    code: lines(401),
    rule: 'lint/style/noExcessiveLinesPerFile',
  },
  {
    name: 'five parameters',
    path: `${room}/five.ts`,
    code: `export const f = (${params}): unknown => [a, b, c, d, e];`,
    rule: 'lint/complexity/useMaxParams',
  },
  {
    name: 'complexity',
    path: `${room}/complex.ts`,
    code: `export function g(n: number, f: () => void): void {\n${branches}\n}`,
    rule: 'lint/complexity/noExcessiveCognitiveComplexity',
  },
  {
    name: 'depth of four',
    path: `${room}/deep.ts`,
    code: `export function g(n: number, f: () => void): void {\n${nested(4)}\n}`,
    rule: 'lint/nursery/noExcessiveNestedBlocks',
  },
  {
    name: 'floating promise',
    path: `${room}/floating.ts`,
    code: 'const f = async (): Promise<number> => 1;\nexport const g = (): void => { f(); };',
    rule: 'lint/nursery/noFloatingPromises',
  },
  {
    name: 'misused promise',
    path: `${room}/misused.ts`,
    code: 'const f = async (): Promise<boolean> => true;\nexport const g = (): number => { if (f()) return 1; return 2; };',
    rule: 'lint/nursery/noMisusedPromises',
  },
  {
    name: 'default export',
    path: `${room}/by-default.ts`,
    code: 'export default 1;',
    rule: 'lint/style/noDefaultExport',
  },
  {
    name: 'barrel',
    path: `${room}/barrel.ts`,
    code: "export { a } from './a.ts';\nexport { b } from './b.ts';",
    rule: 'lint/performance/noBarrelFile',
  },
  {
    name: 're-export of all',
    path: `${room}/all.ts`,
    code: "export * from './a.ts';",
    rule: 'lint/performance/noReExportAll',
  },
  {
    name: 'any',
    path: `${room}/loose.ts`,
    code: 'export const a = (b: any): unknown => b;',
    rule: 'lint/suspicious/noExplicitAny',
  },
  {
    name: 'type import without type',
    path: `${room}/type.ts`,
    code: "import { A } from './a.ts';\nexport const b = (a: A): A => a;",
    rule: 'lint/style/useImportType',
  },
  { name: 'console in a room', path: `${room}/talk.ts`, code: 'console.log(1);', rule: 'lint/suspicious/noConsole' },
  { name: 'enum', path: `${room}/enum.ts`, code: 'export enum A { B = 1 }', rule: 'lint/style/noEnum' },
  {
    name: 'camel-case file name',
    path: `${room}/camelCase.ts`,
    code: 'export const a = 1;',
    rule: 'lint/style/useFilenamingConvention',
  },
  {
    name: 'package that is not declared',
    path: `${room}/undeclared.ts`,
    code: "import * as it from 'left-pad';\nexport const a: unknown = it;",
    rule: 'lint/correctness/noUndeclaredDependencies',
  },
  {
    name: 'development package at run time',
    path: `${room}/dev.ts`,
    code: "import * as it from 'fast-check';\nexport const a: unknown = it;",
    rule: 'lint/correctness/noUndeclaredDependencies',
  },
  {
    name: 'clock in a pure file',
    path: 'src/criteria/clock.ts',
    code: 'export const now = (): number => Date.now();',
    rule: 'lint/nursery/noJsRestrictedProperties',
  },
  {
    name: 'chance in a pure file',
    path: 'src/aggregator/fuse.ts',
    code: 'export const a = (): number => Math.random();',
    rule: 'lint/nursery/noJsRestrictedProperties',
  },
  {
    name: 'timer in a pure file',
    path: 'src/aggregator/gather.ts',
    code: 'export const a = (f: () => void): unknown => setTimeout(f, 1);',
    rule: 'lint/style/noRestrictedGlobals',
  },
  {
    name: 'environment in a pure file',
    path: 'src/contract/env.ts',
    code: 'export const a = (): unknown => process.env;',
    rule: 'lint/style/noRestrictedGlobals',
  },
  {
    name: 'namespace',
    path: `${room}/space.ts`,
    code: 'export namespace A { export const b = 1; }',
    rule: 'lint/style/noNamespace',
  },
  {
    name: 'parameter property',
    path: `${room}/property.ts`,
    code: 'export class A { constructor(readonly b: number) {} }',
    rule: 'lint/style/noParameterProperties',
  },
  {
    name: 'lost cause',
    path: `${room}/cause.ts`,
    code: "export function g(f: () => void): void { try { f(); } catch (error) { throw new Error('x'); } }",
    rule: 'lint/style/useErrorCause',
  },
  {
    name: 'thrown text',
    path: `${room}/text.ts`,
    code: "export function g(): void { throw 'x'; }",
    rule: 'lint/style/useThrowOnlyError',
  },
  {
    name: 'assigned parameter',
    path: `${room}/assigned.ts`,
    code: 'export function g(n: number): number { n = 2; return n; }',
    rule: 'lint/style/noParameterAssign',
  },
  {
    name: 'skipped test',
    path: `${room}/skipped.test.ts`,
    code: "import { test } from '@jest/globals';\ntest.skip('x', () => {});",
    rule: 'lint/suspicious/noSkippedTests',
  },
  {
    name: 'focused test',
    path: `${room}/focused.test.ts`,
    code: "import { test } from '@jest/globals';\ntest.only('x', () => {});",
    rule: 'lint/suspicious/noFocusedTests',
  },
  {
    name: 'network in a pure file',
    path: 'src/contract/net.ts',
    code: "export const a = (): unknown => fetch('x');",
    rule: 'lint/style/noRestrictedGlobals',
  },
  {
    name: 'import cycle',
    path: `${room}/cycle-a.ts`,
    code: "import { b } from './cycle-b.ts';\nexport const a = (): number => b();",
    rule: 'lint/suspicious/noImportCycles',
  },
  {
    name: 'the other half of a cycle',
    path: `${room}/cycle-b.ts`,
    code: "import { a } from './cycle-a.ts';\nexport const b = (): number => a();",
    rule: 'lint/suspicious/noImportCycles',
  },
  {
    name: 'room → cmd',
    path: `${room}/to-cmd.ts`,
    code: "import { a } from '../../cmd/medley.ts';\nexport const b: unknown = a;",
    rule: RESTRICTED,
  },
  {
    name: 'room by import()',
    path: `${room}/dynamic.ts`,
    code: "export const b = (): Promise<unknown> => import('../scorer/host.ts');",
    rule: RESTRICTED,
  },
  {
    name: 'room by export from',
    path: `${room}/passed-on.ts`,
    code: "export { a } from '../scorer/host.ts';",
    rule: RESTRICTED,
  },
  {
    name: 'driver sub-path',
    path: `${room}/driver.ts`,
    code: "import * as it from 'kysely/helpers/sqlite';\nexport const b: unknown = it;",
    rule: RESTRICTED,
  },
  {
    name: 'node builtin in the contract',
    path: 'src/contract/fs.ts',
    code: "import * as it from 'node:fs';\nexport const b: unknown = it;",
    rule: RESTRICTED,
  },
];

const forbidden: readonly Probe[] = [
  ...houseFaults,
  ...pairs.filter(({ from, to }) => !mayImport(from, to)).flatMap((pair) => [pairProbe(pair), pairProbe(pair, true)]),
  ...Object.entries(OWNED_PACKAGES).flatMap(([name, owner]) =>
    rooms.filter((room) => room !== owner).map((room) => packageProbe(room, name)),
  ),
  ...Object.keys(CLOSED_ROOMS).map((room) => packageProbe(room, 'lru-cache')),
];

const allowed: readonly Probe[] = [
  ...pairs.filter(({ from, to }) => mayImport(from, to)).flatMap((pair) => [pairProbe(pair), pairProbe(pair, true)]),
  ...Object.entries(OWNED_PACKAGES).map(([name, owner]) => packageProbe(owner, name)),
  ...Object.entries(CLOSED_ROOMS).flatMap(([room, names]) => names.map((name) => packageProbe(room, name))),
  {
    name: 'own folder',
    path: `${room}/own.ts`,
    code: "import { a } from './inner/a.ts';\nexport const b: unknown = a;",
    rule: RESTRICTED,
  },
  {
    name: 'a test tool in a contract test',
    path: 'src/contract/a.test.ts',
    code: "import * as it from 'fast-check';\nexport const b: unknown = it;",
    rule: RESTRICTED,
  },
  { name: 'console in cli', path: 'src/cli/talk.ts', code: 'console.log(1);', rule: 'lint/suspicious/noConsole' },
  {
    name: 'default export of a config',
    path: 'x.config.mjs',
    code: 'export default 1;',
    rule: 'lint/style/noDefaultExport',
  },
  { name: 'file of 250 lines', path: `${room}/full.ts`, code: lines(250), rule: 'lint/style/noExcessiveLinesPerFile' },
  {
    name: 'four parameters',
    path: `${room}/four.ts`,
    code: 'export const f = (a: 1, b: 2, c: 3, d: 4): unknown => [a, b, c, d];',
    rule: 'lint/complexity/useMaxParams',
  },
];

/** `path rule` of every fault Biome finds under `folder`. */
async function lint(folder: string): Promise<ReadonlySet<string>> {
  const args = ['lint', '--reporter=github', '--max-diagnostics=none', '.'];
  const options = { cwd: folder, maxBuffer: 64 << 20 };
  const { stdout } = await run(join(root, 'node_modules/.bin/biome'), args, options).catch(
    (error: { stdout: string }) => error,
  );
  const found = [...stdout.matchAll(/^::(?:error|warning|notice) title=([^,]+),file=([^,]+),/gm)];
  return new Set(
    found.map(([, rule = '', file = '']) => `${file.slice(file.startsWith(folder) ? folder.length + 1 : 0)} ${rule}`),
  );
}

describe('the lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'medley-lint-'));
  let found: ReadonlySet<string>;

  beforeAll(async () => {
    for (const file of ['biome.json', 'biome.rooms.json', 'package.json', '.gitignore'])
      cpSync(join(root, file), join(folder, file));
    for (const { path, code } of [...forbidden, ...allowed]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), code);
    }
    found = await lint(folder);
  }, 30_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const says = ({ path, rule }: Probe): boolean => found.has(`${path} ${rule}`);

  test('has probes that do not overwrite each other', () => {
    const paths = [...forbidden, ...allowed].map(({ path }) => path);
    expect(paths.filter((path, i) => paths.indexOf(path) !== i)).toEqual([]);
  });

  test('refuses everything the house forbids', () => {
    expect(forbidden.filter((probe) => !says(probe)).map(({ name }) => name)).toEqual([]);
  });

  test('accepts everything the house allows', () => {
    expect(allowed.filter(says).map(({ name }) => name)).toEqual([]);
  });

  test('runs with the committed table of import directions', () => {
    expect(readFileSync(join(root, 'biome.rooms.json'), 'utf8')).toBe(renderRooms());
  });

  test('knows every room there is', () => {
    const folders = existsSync(join(root, 'src')) ? readdirSync(join(root, 'src')) : [];
    expect(folders.filter((name) => !rooms.includes(name))).toEqual([]);
  });
});
