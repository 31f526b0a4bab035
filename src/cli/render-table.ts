/** Columns of text for a terminal. Pure. */

/** How many columns a text takes, as far as one code point is one column. */
export const widthOf = (text: string): number => [...text].length;

/** Filled up with blanks, or cut with an ellipsis, to so many columns. */
export const column = (text: string, width: number): string => {
  const letters = [...text];
  if (letters.length <= width) return text + ' '.repeat(width - letters.length);
  return width < 1 ? '' : `${letters.slice(0, width - 1).join('')}…`;
};

/** As `column`, blanks first: for numbers. */
export const numberColumn = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - widthOf(text))) + text;

/** `12,345` */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** Rows under their heads, two blanks apart; numbers, named by their column, to the right. */
export const renderTable = (rows: readonly (readonly string[])[], numbers: ReadonlySet<number> = new Set()): string => {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  return rows
    .map((row) =>
      widths
        .map((width, at) => (numbers.has(at) ? numberColumn(row[at] ?? '', width) : column(row[at] ?? '', width)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
