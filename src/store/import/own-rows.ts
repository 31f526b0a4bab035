import type { z } from 'zod';
import {
  type FeedbackEvent,
  feedbackEventSchema,
  feedbackTypeSchema,
  type Item,
  itemSchema,
} from '../../contract/item.ts';
import { limits } from '../../contract/limits.ts';
import { type Cells, type Converted, shown } from './readings.ts';

/** Rows of one's own files: the fields of the contract under their own names, as csv columns or as JSON keys. */
type Kind = 'text' | 'number' | 'list';
interface Field {
  kind: Kind;
  /** Follows "must be". */
  hint: string;
}

const idHint = `1 to ${limits.idLength} characters without control characters`;
const instantHint = 'Unix milliseconds, such as 964982703000';
const id: Field = { kind: 'text', hint: idHint };
const instant: Field = { kind: 'number', hint: instantHint };
const list = (max: number): Field => ({
  kind: 'list',
  hint: `at most ${max} texts of 1 to ${limits.idLength} characters, in csv set apart by |`,
});

const itemFields: { [Name in keyof Required<Item>]: Field } = {
  id,
  title: { kind: 'text', hint: `1 to ${limits.titleLength} characters` },
  genres: list(limits.genresPerItem),
  year: { kind: 'number', hint: 'a whole number of four digits, such as 1995' },
  maturity: { kind: 'text', hint: `1 to ${limits.idLength} characters` },
  regions: list(limits.filterValues),
  availableFromMs: instant,
  availableUntilMs: instant,
  addedAtMs: instant,
};

const eventFields: { [Name in keyof Required<FeedbackEvent>]: Field } = {
  user: id,
  item: id,
  type: { kind: 'text', hint: `one of ${feedbackTypeSchema.options.join(', ')}` },
  value: { kind: 'number', hint: 'a number from 0 to 100' },
  atMs: instant,
  id,
};

type Fields = Readonly<Record<string, Field>>;

/** An empty cell is an absent field. What is no number stays text, so that the fault shows it. */
const fromCell = (kind: Kind, cell: string): unknown => {
  if (kind === 'list') return cell.split('|').map((one) => one.trim());
  if (kind === 'text') return cell;
  return /^\s*-?\d+(\.\d+)?\s*$/.test(cell) ? Number(cell) : cell;
};

const fromCells = (fields: Fields, cells: Cells): unknown =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, { kind }], index) => {
      const cell = cells[index] ?? '';
      return cell === '' ? [] : [[name, fromCell(kind, cell)]];
    }),
  );

const faultOf = (fields: Fields, row: Readonly<Record<string, unknown>>, issue: z.core.$ZodIssue): string => {
  if (issue.code === 'unrecognized_keys') {
    return `unknown field ${issue.keys.map(shown).join(', ')}; the fields are ${Object.keys(fields).join(', ')}`;
  }
  const name = String(issue.path[0]);
  const hint = fields[name]?.hint ?? issue.message;
  if (row[name] === undefined) return `${name} is missing; it must be ${hint}`;
  return `${name} ${shown(row[name])} must be ${hint}`;
};

const check = <T>(fields: Fields, schema: z.ZodType<T>, row: unknown): Converted<T> => {
  const result = schema.safeParse(row);
  if (result.success) return { value: result.data };
  const faults = result.error.issues.map((issue) => faultOf(fields, row as Record<string, unknown>, issue));
  return { fault: [...new Set(faults)].join('; ') };
};

const checkItem = (row: unknown): Converted<Item> => check(itemFields, itemSchema, row);

const checkEvent = (row: unknown): Converted<FeedbackEvent> => {
  const checked = check(eventFields, feedbackEventSchema, row);
  if ('fault' in checked || checked.value.id !== undefined || checked.value.atMs !== undefined) return checked;
  return { fault: `has neither id nor atMs, so a second import would add it again; atMs is ${instantHint}` };
};

/** Columns in the order of the fields, which is the order `fromCells` takes them in. */
const columns = (fields: Fields, required: number) => ({
  required: Object.keys(fields).slice(0, required),
  optional: Object.keys(fields).slice(required),
});

export const ownItems = {
  ...columns(itemFields, 2),
  fromCells: (cells: Cells) => checkItem(fromCells(itemFields, cells)),
  fromJson: checkItem,
} as const;

export const ownEvents = {
  ...columns(eventFields, 3),
  fromCells: (cells: Cells) => checkEvent(fromCells(eventFields, cells)),
  fromJson: checkEvent,
} as const;
