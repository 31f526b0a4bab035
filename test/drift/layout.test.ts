import { expect, test } from '@jest/globals';
import { completeLockfile } from '../../scripts/complete-lockfile.ts';
import { layoutFaults } from '../../scripts/layout.ts';

const lines = (count: number): string => 'x;\n'.repeat(count);
const faultsOf = (path: string, text: string): number => layoutFaults([{ path, text }]).length;
/** Spelled in pieces, so that this file holds none of what it forbids. */
const machine = (...parts: string[]): string => `see "${['', ...parts].join('/')}" for it`;

test.each([
  ['src/broker/connect.test.ts', 400],
  ['test/integration/turtle.ts', 400],
  ['cmd/gateway.ts', 40],
  ['src/console/page.css', 250],
])('%s may have %i lines and no more', (path, limit) => {
  expect(faultsOf(path, lines(limit))).toBe(0);
  expect(faultsOf(path, lines(limit + 1))).toBe(1);
});

test('a source file may have 250 lines when the median stays under 90', () => {
  const small = ['a', 'b', 'c'].map((name) => ({ path: `src/broker/${name}.ts`, text: lines(90) }));
  const big = (count: number) => layoutFaults([...small, { path: 'src/broker/big.ts', text: lines(count) }]);
  expect(big(250)).toEqual([]);
  expect(big(251)).toEqual(['src/broker/big.ts has 251 lines; the limit is 250.']);
});

test('the median of the sources is held to 90, tests not counted', () => {
  expect(faultsOf('src/broker/big.ts', lines(91))).toBe(1);
  expect(faultsOf('src/broker/big.test.ts', lines(91))).toBe(0);
});

test.each(['src/store/utils.ts', 'src/types.ts', 'scripts/helpers.mjs'])('%s is refused as a drawer', (path) => {
  expect(faultsOf(path, '')).toBe(1);
});

test.each([
  [machine('root', 'x')],
  [machine('work', 'main')],
  [machine('home', 'ann', 'medley')],
  [machine('Users', 'ann')],
  [`cd C:${'\\'}Temp`],
])('a machine path is found: %s', (text) => {
  expect(faultsOf('README.md', text)).toBe(1);
});

test.each([
  ['https://example.org/Users/main'],
  ['/var/lib/medley-rabbitmq'],
  [machine('home', 'node', 'app')],
  ['./Users/main'],
  ['src/Users/x'],
])('no machine path is seen in %s', (text) => {
  expect(faultsOf('README.md', text)).toBe(0);
});

test('a lockfile that names registry hosts is refused', () => {
  const lock = (resolved: string): string => JSON.stringify({ packages: { 'node_modules/a': { resolved } } }, null, 2);
  expect(faultsOf('package-lock.json', lock('https://example.org/a.tgz'))).toBe(1);
  expect(faultsOf('package-lock.json', lock('examples/notebook-weight'))).toBe(0);
});

test('a lockfile that lacks the package of another platform is refused, until it is completed', () => {
  const lock = {
    packages: {
      'node_modules/a': { version: '1.0.0', dev: true, optionalDependencies: { '@a/b-linux-x64-musl': '1.2.3' } },
      'node_modules/c': { version: '1.0.0' },
    },
  };
  expect(faultsOf('package-lock.json', JSON.stringify(lock))).toBe(1);
  const completed = completeLockfile(lock);
  expect(faultsOf('package-lock.json', JSON.stringify(completed))).toBe(0);
  expect(Object.entries(completed.packages)[0]).toEqual([
    'node_modules/@a/b-linux-x64-musl',
    { version: '1.2.3', cpu: ['x64'], dev: true, libc: ['musl'], optional: true, os: ['linux'] },
  ]);
});

test('an optional package whose name tells no platform is not guessed', () => {
  const lock = { packages: { 'node_modules/a': { optionalDependencies: { fast: '1.2.3' } } } };
  expect(() => completeLockfile(lock)).toThrow('cannot tell what fast@1.2.3 is for');
});

test('an .npmrc that names a registry is refused', () => {
  expect(faultsOf('.npmrc', 'registry = https://example.org')).toBe(1);
  expect(faultsOf('.npmrc', 'save-exact=true\nomit-lockfile-registry-resolved=true')).toBe(0);
});

test('dependencies are pinned to one version', () => {
  const manifest = (version: string): string => JSON.stringify({ dependencies: { zod: version } });
  expect(faultsOf('package.json', manifest('4.6.7'))).toBe(0);
  expect(faultsOf('package.json', manifest('^4.6.7'))).toBe(1);
});
