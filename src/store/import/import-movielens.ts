import { join } from 'node:path';
import { type FileImport, type ImportOptions, type ImportReport, importAll } from './import-all.ts';
import { detectFormat, type MovieLensFormat } from './movielens-formats.ts';
import { createSavers } from './savers.ts';

/**
 * Imports a MovieLens folder: `latest`, `small`, 20M, 25M (csv), 100K (`u.data`) or 1M and 10M (`.dat`), told apart by
 * its files. Films become items, ratings become events of type `rate`; tags and links are not read. A second import
 * adds nothing.
 *
 * @example await importMovieLens({ dir: 'ml-latest-small', store, clock, log, onProgress: showProgress });
 * @throws InvalidInputError where files are missing or too many lines are bad
 */
export const importMovieLens = async (
  options: ImportOptions & { dir: string },
): Promise<ImportReport & { format: MovieLensFormat['name'] }> => {
  const { dir, store, log } = options;
  const { format, files } = await detectFormat(dir);
  log.info({ dir, format: format.name }, 'MovieLens data found');
  const savers = createSavers(store);
  const { films, users, ratings } = format;
  const imports: FileImport<unknown>[] = [
    { file: join(dir, films.file), rows: await films.rows(dir), save: savers.items },
    ...(users !== undefined && files.includes(users.file)
      ? [{ file: join(dir, users.file), rows: users.rows, save: savers.users }]
      : []),
    { file: join(dir, ratings.file), rows: ratings.rows, save: savers.events },
  ];
  return { ...(await importAll(imports, savers.saved, options)), format: format.name };
};
