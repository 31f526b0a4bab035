import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const GENRES =
  'Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Sci-Fi Thriller War Western'.split(
    ' ',
  );
const MATURITIES = ['all', '7', '12', '16', '18'];

/** One record a line; a field is quoted (quotes doubled) or holds neither comma nor quote. Anything else is left over and shows as a broken record. */
function parseLine(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))(?=,|$)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

const text = readFileSync(new URL('films.csv', import.meta.url), 'utf8');
const [header = '', ...lines] = text.trimEnd().split('\n');
const films = lines.map((line) => {
  const [id = '', title = '', year = '', genres = '', minutes = '', maturity = '', region = ''] = parseLine(line);
  return { id, title, year: Number(year), genres: genres.split('|'), minutes, maturity, region };
});

/** Names the films that break a rule, so that a failure says which line to mend. */
function titlesWhere(broken: (film: (typeof films)[number]) => boolean): string[] {
  return films.filter(broken).map((film) => `${film.id} ${film.title}`);
}

describe('the Webflix catalogue', () => {
  test('has the documented columns and seven fields in every record', () => {
    expect(header).toBe('id,title,year,genres,minutes,maturity,region');
    expect(lines.filter((line) => parseLine(line).length !== 7)).toEqual([]);
    expect(films.length).toBeGreaterThanOrEqual(400);
  });

  test('quotes a title that holds a comma', () => {
    expect(films.map((film) => film.title)).toContain('The Good, the Bad and the Ugly');
  });

  test('numbers the films from 1 without a gap', () => {
    expect(films.map((film) => film.id)).toEqual(films.map((_, index) => String(index + 1)));
  });

  test('names no film twice in one year', () => {
    const names = films.map((film) => `${film.title} ${film.year}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('has titles without stray spaces and without an article moved to the end', () => {
    expect(titlesWhere(({ title }) => title === '' || title !== title.trim() || /, (The|A|An)$/.test(title))).toEqual(
      [],
    );
  });

  test('has plausible years, running times, maturities and regions', () => {
    expect(titlesWhere(({ year }) => !Number.isInteger(year) || year < 1920 || year > 2024)).toEqual([]);
    expect(titlesWhere(({ minutes }) => minutes !== '' && !(Number(minutes) >= 25 && Number(minutes) <= 240))).toEqual(
      [],
    );
    expect(titlesWhere(({ maturity }) => !MATURITIES.includes(maturity))).toEqual([]);
    expect(titlesWhere(({ region }) => !/^[A-Z]{2}$/.test(region))).toEqual([]);
  });

  test('spreads over all decades', () => {
    const decades = new Set(films.map((film) => Math.floor(film.year / 10)));
    expect([...decades].sort()).toEqual([192, 193, 194, 195, 196, 197, 198, 199, 200, 201, 202]);
  });

  test('uses only the listed genres, each once a film, in alphabetical order', () => {
    expect(titlesWhere(({ genres }) => genres.some((genre) => !GENRES.includes(genre)))).toEqual([]);
    expect(titlesWhere(({ genres }) => genres.join() !== [...new Set(genres)].sort().join())).toEqual([]);
  });

  test.each(GENRES)('has at least twelve films of %s', (genre) => {
    expect(films.filter((film) => film.genres.includes(genre)).length).toBeGreaterThanOrEqual(12);
  });
});
