/**
 * Writes what the image runs: each role and the command line as one file, with what they share in `chunks/`.
 * `node scripts/bundle.ts FOLDER`; docs/adr/0018-image-and-chart.md says why bundles, in CPU time per start.
 */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What worker threads load by address. */
const loadedByAddress = ['src/criteria/scorer-module', 'src/scorer/scoring.worker', 'src/trainer/fit.worker'];
/** For scorers of one's own made on this image. */
const libraries = ['src/scorer/sdk'];

/** Files that commands read beside the code. MovieLens is not among them, nor may it be. */
const data = ['examples/webflix/films.csv', 'k8s/samples/webflix'];

/**
 * A module in a bundle still finds its neighbours where its source has them: worker threads, samples, other roles.
 *
 * Whatever mentions its own address ends up in `cmd/` or `chunks/`, one folder below the root.
 */
const ownAddresses: Plugin = {
  name: 'own addresses',
  setup(context) {
    context.onLoad({ filter: /\/(cmd|src)\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const own = `../${relative(root, path).replace(/\.ts$/, '.js')}`;
      return { contents: text.replaceAll('import.meta.url', `new URL('${own}', import.meta.url).href`), loader: 'ts' };
    });
  },
};

/** CommonJS packages ask for Node's own modules by `require`. */
const requireBanner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** Empties the folder and fills it. */
export const bundle = async (folder: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  const processes = (await readdir(join(root, 'cmd'))).map((file) => `cmd/${file.replace(/\.ts$/, '')}`);
  await build({
    absWorkingDir: root,
    entryPoints: [...processes, ...loadedByAddress, ...libraries].map((path) => ({ in: `${path}.ts`, out: path })),
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'linked',
    banner: { js: requireBanner },
    // The compiled driver of PostgreSQL, which pg asks for only where it is installed.
    external: ['pg-native'],
    plugins: [ownAddresses],
    logLevel: 'warning',
  });
  for (const path of ['package.json', 'LICENSE', ...data]) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
};

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('give the folder to write to');
  await bundle(resolve(folder));
}
