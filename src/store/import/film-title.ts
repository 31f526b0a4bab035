/** Articles as MovieLens puts them behind the title: `Matrix, The`. */
const articles =
  "The|A|An|La|Le|Les|L'|Il|Lo|Gli|I|El|Los|Las|Der|Die|Das|Den|Det|De|Het|Een|Ein|Eine|Un|Une|Una|Uno|O|Os|As|En|Ett";
const trailingArticle = new RegExp(`^(.+), (${articles})$`);
const year = /\s*\((\d{4})(?:[–-]\d{0,4})?\)\s*$/;

const articleFirst = (title: string): string =>
  title.replace(trailingArticle, (_, rest: string, article: string) =>
    article.endsWith("'") ? `${article}${rest}` : `${article} ${rest}`,
  );

/**
 * Takes a MovieLens title apart.
 *
 * @example parseFilmTitle('Postman, The (Postino, Il) (1994)') // { title: 'The Postman (Il Postino)', year: 1994 }
 */
export const parseFilmTitle = (text: string): { title: string; year?: number } => {
  const found = year.exec(text);
  const bare = (found === null ? text : text.slice(0, found.index)).trim();
  const title = bare
    .split(' (')
    .map((part) => (part.endsWith(')') ? `${articleFirst(part.slice(0, -1))})` : articleFirst(part)))
    .join(' (');
  // A year of a film called by nothing else, such as `(1941)`, stays its title.
  if (found === null || title === '') return { title: title === '' ? text.trim() : title };
  return { title, year: Number(found[1]) };
};
