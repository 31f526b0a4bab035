/**
 * Checks what neither the lint nor the compiler sees: file sizes and names, the lockfile, machine paths in any file.
 * Prints one sentence per fault and exits 1 when there is one.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Lockfile, missingOptional } from './complete-lockfile.ts';

/** A file of the project: its path from the root, with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Most lines a file may have, by where it is; the first that matches counts. */
const LINE_LIMITS: readonly { readonly of: RegExp; readonly lines: number }[] = [
  { of: /\.test\.ts$/, lines: 400 },
  { of: /^test\/.*\.ts$/, lines: 400 },
  { of: /^src\/.*\.(ts|js|css|html)$/, lines: 250 },
  { of: /^cmd\/.*\.ts$/, lines: 40 },
];

const MEDIAN_SOURCE_LINES = 90;

/** A path of one person's machine: his home, or where this tree happens to lie. A container's own home is not one. */
const MACHINE_PATH = /(?<![\w./:~-])(?:\/(?:work|root|Users)\/[\w.-]+|\/home\/(?!node\b|medley\b)[\w.-]+|[A-Z]:\\\w+)/;

const DRAWER = /^(utils?|helpers?|common|types?|misc|shared)\.(ts|js|mjs)$/;

const countLines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

const isSource = ({ path }: SourceFile): boolean => /^src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts');

function sizeFaults(file: SourceFile): string[] {
  const limit = LINE_LIMITS.find(({ of }) => of.test(file.path));
  const lines = countLines(file.text);
  return limit && lines > limit.lines ? [`${file.path} has ${lines} lines; the limit is ${limit.lines}.`] : [];
}

function nameFaults({ path }: SourceFile): string[] {
  if (!DRAWER.test(basename(path))) return [];
  return [`${path} is a drawer: name the file after what it is for.`];
}

function pathFaults({ path, text }: SourceFile): string[] {
  return text.split('\n').flatMap((line, at) => {
    const found = MACHINE_PATH.exec(line);
    return found ? [`${path}:${at + 1} names a path of one machine: ${found[0]}`] : [];
  });
}

function lockFaults({ path, text }: SourceFile): string[] {
  if (basename(path) !== 'package-lock.json') return [];
  const hosts = /"resolved": "(https?|git)/.test(text);
  const missing = Object.keys(missingOptional(JSON.parse(text) as Lockfile));
  return [
    ...(hosts ? [`${path} names registry hosts; run npm install with the project's .npmrc.`] : []),
    ...(missing.length > 0 ? [`${path} lacks ${missing.join(', ')}; run npm run lockfile.`] : []),
  ];
}

function registryFaults({ path, text }: SourceFile): string[] {
  const found = basename(path) === '.npmrc' && /registry\s*=|_auth/.test(text);
  return found ? [`${path} names a registry or a credential.`] : [];
}

function pinFaults({ path, text }: SourceFile): string[] {
  if (path !== 'package.json') return [];
  const { dependencies = {}, devDependencies = {} } = JSON.parse(text) as Record<string, Record<string, string>>;
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `package.json pins ${name} to "${version}", which is not one exact version.`);
}

function medianFaults(files: readonly SourceFile[]): string[] {
  const sizes = files
    .filter(isSource)
    .map(({ text }) => countLines(text))
    .sort((a, b) => a - b);
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return median > MEDIAN_SOURCE_LINES
    ? [`The median file of src has ${median} lines; it should have ${MEDIAN_SOURCE_LINES}.`]
    : [];
}

/** Every fault of these files, as sentences; none when all is well. */
export function layoutFaults(files: readonly SourceFile[]): string[] {
  const checks = [sizeFaults, nameFaults, pathFaults, lockFaults, registryFaults, pinFaults];
  return [...files.flatMap((file) => checks.flatMap((check) => check(file))), ...medianFaults(files)];
}

/** The text files git tracks or would track. */
function projectFiles(root: string): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 64 << 20,
  });
  const paths = listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(`${root}${path}`));
  return paths
    .map((path) => ({ path, text: readFileSync(`${root}${path}`, 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}

if (import.meta.main) {
  const faults = layoutFaults(projectFiles(fileURLToPath(new URL('..', import.meta.url))));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
