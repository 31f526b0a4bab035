/**
 * Adds to package-lock.json the packages for other platforms that npm left out of it.
 *
 * npm drops an optional package it cannot fetch (a mirror that carries Linux only, say) from the lockfile it writes, and then
 * `npm ci` refuses that very file. Each one is added with its exact version and the platform its name tells, so that `npm ci`
 * agrees everywhere and fetches it only where it fits. Run after every `npm install` that changes the lockfile.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** The platform that a package such as `@swc/core-linux-x64-musl` is for; nothing for a name that tells none. */
function platformOf(name: string): { cpu: string[]; libc?: string[]; os: string[] } | undefined {
  const words = name.split(/[/-]/);
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => CPUS.includes(word));
  if (!os || !cpu) return undefined;
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  return { cpu: [cpu], os: [os], ...(os === 'linux' && /(gnu|musl)\w*$/.test(name) ? { libc: [libc] } : {}) };
}

/** The optional packages that some package of the lockfile names and that the lockfile lacks. */
export function missingOptional({ packages }: Lockfile): Record<string, LockEntry> {
  const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map(([name, version]): [string, LockEntry] => {
        const platform = platformOf(name);
        if (!platform || !/^\d+\.\d+\.\d+[\w.+-]*$/.test(version))
          throw new Error(`cannot tell what ${name}@${version} is for`);
        const { cpu, libc, os } = platform;
        // In the order that npm itself writes, so that its next write changes nothing.
        return [
          `node_modules/${name}`,
          { version, cpu, ...(dev && { dev }), ...(libc && { libc }), optional: true, os },
        ];
      }),
  );
  return Object.fromEntries(wanted);
}

/** The lockfile with everything it lacks, its packages in npm's order. */
export function completeLockfile<T extends Lockfile>(lockfile: T): T {
  const all = Object.entries({ ...lockfile.packages, ...missingOptional(lockfile) });
  all.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lockfile, packages: Object.fromEntries(all) };
}

if (import.meta.main) {
  const path = new URL('../package-lock.json', import.meta.url);
  const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile;
  writeFileSync(path, `${JSON.stringify(completeLockfile(lockfile), null, 2)}\n`);
}
