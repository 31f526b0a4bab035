/**
 * Every field of the resources, by its path: for the page about them, and for the list of what was ever published.
 *
 * `node scripts/resource-fields.ts` adds to test/drift/resource-fields.txt what is new; what is in that file may not go:
 * stored resources and other people's YAML hold it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { customResources } from './crd.ts';
import type { StructuralSchema } from './structural-schema.ts';

export interface Field {
  /** `spec.criteria[].weight`, `spec.env{}` */
  path: string;
  schema: StructuralSchema;
  required: boolean;
}

/** A schema's fields, each before those below it. */
export const fieldsOf = (schema: StructuralSchema, path: string): Field[] => {
  const below = (child: StructuralSchema, step: string, required: boolean): Field[] => [
    { path: `${path}${step}`, schema: child, required },
    ...fieldsOf(child, `${path}${step}`),
  ];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
      below(child, `.${name}`, schema.required?.includes(name) ?? false),
    ),
    ...(schema.items === undefined ? [] : fieldsOf(schema.items, `${path}[]`)),
    ...(schema.additionalProperties === undefined ? [] : fieldsOf(schema.additionalProperties, `${path}{}`)),
  ];
};

const promises = ({ path, schema, required }: Field): string[] => [
  `${path} is ${schema.items === undefined ? schema.type : `a list of ${schema.items.type}`}`,
  // A field that was optional stays so; one that must be given may become optional.
  ...(required ? [] : [`${path} may be left out`]),
  ...(schema.enum ?? []).map((value) => `${path} may be ${String(value)}`),
  ...(schema.items?.enum ?? []).map((value) => `${path}[] may be ${String(value)}`),
];

/** What holds of every resource, in lines that may become more but never fewer. */
export const promisedLines = (): readonly string[] =>
  customResources.flatMap(({ kind, spec, status }) =>
    [...fieldsOf(spec, `${kind}.spec`), ...fieldsOf(status, `${kind}.status`)].flatMap(promises),
  );

if (import.meta.main) {
  const file = new URL('../test/drift/resource-fields.txt', import.meta.url);
  const before = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  writeFileSync(file, `${[...new Set([...before, ...promisedLines()])].join('\n')}\n`);
}
