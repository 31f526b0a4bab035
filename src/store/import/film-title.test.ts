import { describe, expect, it } from '@jest/globals';
import { parseFilmTitle } from './film-title.ts';

describe('a MovieLens title', () => {
  it.each([
    ['Toy Story (1995)', 'Toy Story', 1995],
    ['Matrix, The (1999)', 'The Matrix', 1999],
    ["Bug's Life, A (1998)", "A Bug's Life", 1998],
    ["Avventura, L' (1960)", "L'Avventura", 1960],
    ['Postman, The (Postino, Il) (1994)', 'The Postman (Il Postino)', 1994],
    [
      'City of Lost Children, The (Cité des enfants perdus, La) (1995)',
      'The City of Lost Children (La Cité des enfants perdus)',
      1995,
    ],
    ['Seven (a.k.a. Se7en) (1995)', 'Seven (a.k.a. Se7en)', 1995],
    ['Dead Snow 2: Red vs. Dead (2014) ', 'Dead Snow 2: Red vs. Dead', 2014],
    ['Death Note (2006–2007)', 'Death Note', 2006],
    ['Black Mirror (2011-)', 'Black Mirror', 2011],
    ['2001: A Space Odyssey (1968)', '2001: A Space Odyssey', 1968],
    ['I, Robot (2004)', 'I, Robot', 2004],
    [
      'Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)',
      'The Good, the Bad and the Ugly (Il Buono, il brutto, il cattivo)',
      1966,
    ],
    ['Babylon 5', 'Babylon 5', undefined],
    ['(1941)', '(1941)', undefined],
    ['', '', undefined],
  ])('%j is the film %j of %j', (text, title, year) => {
    expect(parseFilmTitle(text)).toEqual(year === undefined ? { title } : { title, year });
  });
});
