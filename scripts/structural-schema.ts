/**
 * zod → the structural OpenAPI schemas of CustomResourceDefinitions. Pure.
 *
 * A subset, and what is outside it throws when the CRDs are generated: no unions, every text, list and map bounded (the
 * API server reckons the cost of CEL rules from these bounds). Unknown fields are the API server's to refuse: it prunes,
 * and `kubectl` asks it to complain. Regular expressions become CEL rules, since those can say a sentence.
 */
import { z } from 'zod';
import { kubernetesHints } from '../src/contract/resource-rules.ts';

/** A sentence that the API server says where `rule` is false. */
export interface Validation {
  rule: string;
  message: string;
  fieldPath?: string;
}

export interface StructuralSchema {
  type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  description?: string;
  default?: unknown;
  properties?: Record<string, StructuralSchema>;
  required?: string[];
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema;
  'x-kubernetes-validations'?: Validation[];
  'x-kubernetes-list-type'?: 'map';
  'x-kubernetes-list-map-keys'?: string[];
  enum?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
}

type Json = z.core.JSONSchema.BaseSchema;

const copied = [
  ...(['description', 'default', 'enum', 'format'] as const),
  ...(['minLength', 'maxLength', 'minItems', 'maxItems', 'maxProperties'] as const),
  ...(['minimum', 'maximum', 'required', 'x-kubernetes-validations'] as const),
  ...(['x-kubernetes-list-type', 'x-kubernetes-list-map-keys'] as const),
];

const types: readonly unknown[] = ['object', 'array', 'string', 'integer', 'number', 'boolean'];

const isUnbounded = (json: Json, type: StructuralSchema['type']): boolean =>
  (type === 'string' && json.maxLength === undefined && json.enum === undefined && json.const === undefined) ||
  (type === 'array' && json.maxItems === undefined) ||
  (type === 'object' && json.properties === undefined && json.maxProperties === undefined);

const isSaid = (key: string, value: unknown): boolean =>
  value !== undefined &&
  ((key !== 'minimum' && key !== 'maximum') || Math.abs(Number(value)) < Number.MAX_SAFE_INTEGER);

/** The API server judges a default by the rules before it fills in the defaults below: they must be in it. */
const filled = (given: unknown, properties: Record<string, StructuralSchema>): object => ({
  ...Object.fromEntries(
    Object.entries(properties).flatMap(([name, child]) => (child.default === undefined ? [] : [[name, child.default]])),
  ),
  ...(given as object),
});

const childOf = (json: Json['items'], path: string): StructuralSchema => {
  if (typeof json !== 'object' || Array.isArray(json)) throw new TypeError(`${path}: no one schema`);
  return convert(json, path);
};

const convert = (json: Json, path: string): StructuralSchema => {
  const { type } = json;
  if (json.anyOf !== undefined || json.oneOf !== undefined || json.allOf !== undefined || !types.includes(type)) {
    throw new TypeError(`${path}: structural schemas hold no unions, and one type each`);
  }
  const kind = type as StructuralSchema['type'];
  if (isUnbounded(json, kind)) throw new TypeError(`${path}: a ${kind} without an upper bound`);
  const schema: StructuralSchema = {
    type: kind,
    ...Object.fromEntries(copied.flatMap((key) => (isSaid(key, json[key]) ? [[key, json[key]]] : []))),
  };
  if (json.const !== undefined) schema.enum = [json.const];
  if (kind === 'array') schema.items = childOf(json.items, `${path}[]`);
  if (json.properties !== undefined) {
    schema.properties = Object.fromEntries(
      Object.entries(json.properties).map(([name, child]) => [name, childOf(child, `${path}.${name}`)]),
    );
    if (schema.default !== undefined) schema.default = filled(schema.default, schema.properties);
  } else if (kind === 'object') schema.additionalProperties = childOf(json.additionalProperties, `${path}{}`);
  return schema;
};

/** CEL's texts know the escapes of JSON; its regular expressions (RE2) are ours where they stay this plain. */
const matches = (self: string, pattern: RegExp): string => `${self}.matches(${JSON.stringify(pattern.source)})`;

interface PatternCheck {
  pattern?: RegExp;
  error?: (issue: object) => unknown;
}

/** The regular expressions of a schema as rules, each with the sentence it has in zod. */
const patternRules = (schema: z.core.$ZodType): Validation[] =>
  (schema._zod.def.checks ?? []).flatMap((check) => {
    const { pattern, error } = check._zod.def as unknown as PatternCheck;
    return pattern === undefined ? [] : [{ rule: matches('self', pattern), message: String(error?.({}) ?? pattern) }];
  });

const hintsOf = (schema: z.core.$ZodType): Partial<StructuralSchema> => {
  const { rules = [], mapKeys } = kubernetesHints.get(schema) ?? {};
  const validations = [
    ...patternRules(schema),
    ...rules.map(({ cel, sentence, field }) => ({
      rule: cel,
      message: sentence,
      ...(field === undefined ? {} : { fieldPath: field.map((step) => `.${step}`).join('') }),
    })),
  ];
  return {
    ...(validations.length === 0 ? {} : { 'x-kubernetes-validations': validations }),
    ...(mapKeys === undefined ? {} : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...mapKeys] }),
  };
};

/** @throws TypeError where the schema says what a structural schema can't */
export const structuralSchema = (schema: z.ZodType, path: string): StructuralSchema =>
  convert(
    z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => void Object.assign(jsonSchema, hintsOf(zodSchema)),
    }),
    path,
  );

/** What a name must be, as rules for the root: nothing else can be said of `metadata.name`. */
export const nameRules = (schema: z.ZodString): Validation[] => [
  {
    rule: `self.metadata.name.size() <= ${schema.maxLength}`,
    message: `metadata.name must have at most ${schema.maxLength} characters`,
  },
  ...patternRules(schema).map(({ rule, message }) => ({
    rule: rule.replace('self', 'self.metadata.name'),
    message: `metadata.name ${message}`,
  })),
];
