import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Document, isMap, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { InvalidInputError } from '../contract/errors.ts';
import {
  apiVersion,
  type RecommenderResource,
  type Resource,
  resourceSchema,
  type ScorerResource,
} from '../contract/resources.ts';
import { sentenceOf } from './issue-sentence.ts';

export interface Resources {
  scorers: readonly ScorerResource[];
  recommenders: readonly RecommenderResource[];
  /** The folder each Scorer was read from, by its name: what its `command` is relative to. */
  folders: ReadonlyMap<string, string>;
}

type Path = readonly PropertyKey[];

/** One YAML document and where it lies. */
interface Place {
  file: string;
  document: Document;
  value: unknown;
  lines: LineCounter;
}

interface Fault {
  path: Path;
  sentence: string;
}

const kinds = ['Scorer', 'Recommender'] as const;

/** `spec.criteria[1].weight` */
const pathText = (path: Path): string =>
  path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`)).join('');

/** Where the key of a path stands, or the nearest thing above it that is there. */
const offsetOf = (document: Document, path: Path): number => {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const step = path[depth - 1];
    const key = isMap(parent) ? parent.items.find((pair) => isNode(pair.key) && pair.key.toJSON() === step)?.key : null;
    const found = isNode(key) ? key : document.getIn(path.slice(0, depth), true);
    if (isNode(found) && found.range) return found.range[0];
  }
  return document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `Scorer/history`, with a question mark for what is not said. */
const labelOf = (value: Record<string, unknown>): string => {
  const metadata = isRecord(value.metadata) ? value.metadata : {};
  const text = (part: unknown): string => (typeof part === 'string' && part !== '' ? part : '?');
  return `${text(value.kind)}/${text(metadata.name)}`;
};

/** What must hold before the shape is worth checking. */
const headFaults = (value: Record<string, unknown>): Fault[] => {
  const faults: Fault[] = [];
  const say = (given: unknown): string => (given === undefined ? 'is missing' : `is ${JSON.stringify(given)}`);
  if (value.apiVersion !== apiVersion) {
    faults.push({ path: ['apiVersion'], sentence: `${say(value.apiVersion)}; it must be ${apiVersion}` });
  }
  if (!kinds.some((kind) => kind === value.kind)) {
    faults.push({ path: ['kind'], sentence: `${say(value.kind)}; it must be one of ${kinds.join(', ')}` });
  }
  return faults;
};

const check = (value: Record<string, unknown>): { resource?: Resource; faults: Fault[] } => {
  const faults = headFaults(value);
  if (faults.length > 0) return { faults };
  const result = resourceSchema.safeParse(value, { reportInput: true });
  if (result.success) return { resource: result.data, faults };
  for (const issue of result.error.issues) {
    if (issue.code !== 'unrecognized_keys') faults.push({ path: issue.path, sentence: sentenceOf(issue) });
    else for (const key of issue.keys) faults.push({ path: [...issue.path, key], sentence: 'unknown field' });
  }
  return { faults };
};

const lineOf = (place: Place, path: Path): number => place.lines.linePos(offsetOf(place.document, path)).line;

/** Every document of a file that holds something; a file that is not YAML adds faults instead. */
const readPlaces = async (file: string, faults: string[]): Promise<Place[]> => {
  const lines = new LineCounter();
  const documents = parseAllDocuments(await readFile(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const places: Place[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    for (const { message, pos } of document.errors) faults.push(`${file}:${lines.linePos(pos[0]).line}: ${message}`);
    if (document.errors.length > 0) continue;
    try {
      const value: unknown = document.toJS();
      if (value !== null) places.push({ file, document, value, lines });
    } catch (cause) {
      const line = lines.linePos(document.contents?.range?.[0] ?? 0).line;
      faults.push(`${file}:${line}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  return places;
};

/** The YAML files a path means: itself, or those in the folder, by name. */
const filesOf = async (path: string, faults: string[]): Promise<string[]> => {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (!('isDirectory' in found)) {
    faults.push(found.code === 'ENOENT' ? `${path}: there is no such file or folder` : `${path}: ${found.message}`);
    return [];
  }
  if (!found.isDirectory()) return [path];
  const files = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (files.length === 0) faults.push(`${path}: there is no .yaml or .yml file in this folder`);
  return files.map((name) => join(path, name));
};

/**
 * Reads Scorers and Recommenders from YAML: files of one or many documents, or folders of them.
 *
 * A fault reads `file:line: kind/name: path: sentence`. Whether the criteria of a Recommender exist is not asked here
 * (`resolvePlan` says that).
 *
 * @throws InvalidInputError with every fault of every file at once
 * @example const { scorers, recommenders } = await readResources(['k8s/samples/webflix']);
 */
export const readResources = async (paths: readonly string[]): Promise<Resources> => {
  const faults: string[] = [];
  const files = new Set<string>();
  for (const path of paths) for (const file of await filesOf(path, faults)) files.add(file);
  const read = { scorers: [] as ScorerResource[], recommenders: [] as RecommenderResource[] };
  const folders = new Map<string, string>();
  const firstSeen = new Map<string, string>();

  const take = (place: Place): void => {
    const { value } = place;
    const at = (path: Path): string => `${place.file}:${lineOf(place, path)}`;
    if (!isRecord(value)) {
      faults.push(`${at([])}: a document must be a mapping with apiVersion, kind, metadata and spec`);
      return;
    }
    const label = labelOf(value);
    const { resource, faults: found } = check(value);
    for (const { path, sentence } of found) {
      faults.push(`${at(path)}: ${label}: ${path.length === 0 ? '' : `${pathText(path)}: `}${sentence}`);
    }
    if (resource === undefined) return;
    const before = firstSeen.get(label);
    if (before !== undefined) {
      faults.push(`${at(['metadata', 'name'])}: ${label}: metadata.name: this name is taken at ${before}`);
      return;
    }
    firstSeen.set(label, at(['metadata', 'name']));
    if (resource.kind === 'Recommender') read.recommenders.push(resource);
    else {
      read.scorers.push(resource);
      folders.set(resource.metadata.name, dirname(place.file));
    }
  };

  for (const file of files) for (const place of await readPlaces(file, faults)) take(place);
  if (faults.length > 0) throw new InvalidInputError('Resources that cannot be used', faults);
  return { ...read, folders };
};
