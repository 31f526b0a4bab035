/** What was made of one line: a value, or a fault that says what is wrong and how to mend it. */
export type Reading<T> = { line: number; value: T } | { line: number; fault: string };

export type Line = string;

/** The cells of one row, in the order of the file. */
export type Cells = readonly string[];

/** What a converter makes of one row. */
export type Converted<T> = { value: T } | { fault: string };

/** A value as it is shown in a fault: quoted, and cut where it is long. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
