import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InvalidInputError } from '../contract/errors.ts';
import { resolvePlan } from '../contract/resolve-plan.ts';
import { readResources } from './read-resources.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'medley-resources-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let written = 0;
const write = (text: string): string => {
  written += 1;
  const file = join(folder, `${written}.yaml`);
  writeFileSync(file, text);
  return file;
};

const faultsOf = async (paths: readonly string[]): Promise<readonly string[]> => {
  const error: unknown = await readResources(paths).catch((cause: unknown) => cause);
  if (!(error instanceof InvalidInputError)) throw new Error('expected it to be refused', { cause: error });
  return error.faults.map((fault) => fault.replaceAll(`${folder}/`, ''));
};

const head = (kind: string, name: string): string =>
  `apiVersion: medley.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;
const scorer = (spec: string): string => `${head('Scorer', 'a')}${spec}`;
const recommender = (spec: string): string => `${head('Recommender', 'home')}${spec}`;
const ofA = (spec: string): string => recommender(`spec:\n  criteria: [{ criterion: a }]\n${spec}`);

describe('what is read', () => {
  test('a Scorer needs no more than a name, and defaults are filled in', async () => {
    const { scorers, recommenders } = await readResources([write(scorer(''))]);
    expect(recommenders).toEqual([]);
    expect(scorers).toMatchObject([
      { metadata: { name: 'a' }, spec: { weight: 1, topN: 100, concurrency: 1, settings: {} } },
    ]);
  });

  test('one file may hold many documents; empty ones are skipped', async () => {
    const file = write(`---\n${scorer('')}---\n---\n# nothing\n---\n${ofA('')}`);
    const { scorers, recommenders } = await readResources([file]);
    expect([scorers.length, recommenders.length]).toEqual([1, 1]);
  });

  test('a folder means its .yaml and .yml files, and each Scorer knows its folder', async () => {
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'a.yaml'), scorer(''));
    writeFileSync(join(inner, 'b.yml'), head('Scorer', 'b'));
    writeFileSync(join(inner, 'notes.txt'), 'not YAML: [');
    const { scorers, folders } = await readResources([inner]);
    expect(scorers.map((one) => one.metadata.name)).toEqual(['a', 'b']);
    expect(folders.get('b')).toBe(inner);
  });

  test('a file given twice, or beside its folder, is read once', async () => {
    const file = write(scorer(''));
    expect((await readResources([file, file])).scorers).toHaveLength(1);
  });

  test('a Scorer and a Recommender may have one name', async () => {
    const { scorers, recommenders } = await readResources([write(`${head('Scorer', 'home')}---\n${ofA('')}`)]);
    expect([scorers.length, recommenders.length]).toEqual([1, 1]);
  });

  test('the Webflix samples are good, and every Recommender resolves without a problem', async () => {
    const samples = fileURLToPath(new URL('../../k8s/samples/webflix', import.meta.url));
    const { scorers, recommenders } = await readResources([samples]);
    expect(scorers.map((one) => one.metadata.name)).toEqual(
      expect.arrayContaining(['history', 'neighbours', 'genres', 'sequence', 'popularity', 'freshness']),
    );
    expect(recommenders.map((one) => one.metadata.name)).toEqual(
      expect.arrayContaining(['home', 'more-like-this', 'trending']),
    );
    for (const one of recommenders) expect(resolvePlan(one, scorers, 1).problems).toEqual([]);
  });
});

describe('what is refused, each with its line and a sentence', () => {
  const cases: readonly { name: string; yaml: string; faults: readonly string[] }[] = [
    {
      name: 'another apiVersion',
      yaml: 'apiVersion: medley.dev/v2\nkind: Scorer\nmetadata: { name: a }\n',
      faults: ['1: Scorer/a: apiVersion: is "medley.dev/v2"; it must be medley.dev/v1alpha1'],
    },
    {
      name: 'no apiVersion',
      yaml: 'kind: Scorer\nmetadata: { name: a }\n',
      faults: ['1: Scorer/a: apiVersion: is missing; it must be medley.dev/v1alpha1'],
    },
    {
      name: 'another kind',
      yaml: head('Deployment', 'a'),
      faults: ['2: Deployment/a: kind: is "Deployment"; it must be one of Scorer, Recommender'],
    },
    {
      name: 'no kind and no apiVersion: both are said',
      yaml: 'metadata: { name: a }\n',
      faults: [
        '1: ?/a: apiVersion: is missing; it must be medley.dev/v1alpha1',
        '1: ?/a: kind: is missing; it must be one of Scorer, Recommender',
      ],
    },
    {
      name: 'no metadata',
      yaml: 'apiVersion: medley.dev/v1alpha1\nkind: Scorer\n',
      faults: ['1: Scorer/?: metadata: Required value'],
    },
    {
      name: 'a name that is no DNS label',
      yaml: head('Scorer', 'My_Scorer'),
      faults: ['3: Scorer/My_Scorer: metadata.name: must be lower-case letters, digits and dashes, as a DNS label'],
    },
    {
      name: 'a misspelt field, at its own line',
      yaml: scorer('spec:\n  topN: 5\n  wieght: 2\n'),
      faults: ['6: Scorer/a: spec.wieght: unknown field'],
    },
    {
      name: 'text where a number goes',
      yaml: scorer('spec:\n  weight: heavy\n'),
      faults: ['5: Scorer/a: spec.weight: must be of type number'],
    },
    {
      name: 'a negative weight',
      yaml: scorer('spec:\n  weight: -1\n'),
      faults: ['5: Scorer/a: spec.weight: should be greater than or equal to 0'],
    },
    {
      name: 'too long a list',
      yaml: scorer('spec: { topN: 5000 }\n'),
      faults: ['4: Scorer/a: spec.topN: should be less than or equal to 1000'],
    },
    {
      name: 'half a process',
      yaml: scorer('spec: { replicas: 1.5 }\n'),
      faults: ['4: Scorer/a: spec.replicas: must be of type integer'],
    },
    {
      name: 'a Recommender without criteria',
      yaml: recommender('spec:\n  criteria: []\n'),
      faults: ['5: Recommender/home: spec.criteria: should have at least 1 items'],
    },
    {
      name: 'a Recommender without a spec',
      yaml: recommender(''),
      faults: ['1: Recommender/home: spec: Required value'],
    },
    {
      name: 'a deadline no broker round trip fits in',
      yaml: ofA('  deadlineMs: 5\n'),
      faults: ['6: Recommender/home: spec.deadlineMs: should be greater than or equal to 10'],
    },
    {
      name: 'a fusion there is not',
      yaml: ofA('  fusion:\n    kind: average\n'),
      faults: [
        '7: Recommender/home: spec.fusion.kind: supported values: "weighted-sum", "reciprocal-rank", "max", "sum"',
      ],
    },
    {
      name: 'a fault inside a list, at its own line',
      yaml: recommender('spec:\n  criteria:\n    - criterion: a\n    - criterion: b\n      weight: -2\n'),
      faults: ['8: Recommender/home: spec.criteria[1].weight: should be greater than or equal to 0'],
    },
    {
      name: 'coverage above the whole',
      yaml: ofA('  minimumCoverage: 30\n'),
      faults: ['6: Recommender/home: spec.minimumCoverage: should be less than or equal to 1'],
    },
    {
      name: 'a fallback there is not',
      yaml: ofA('  fallback: [random]\n'),
      faults: ['6: Recommender/home: spec.fallback[0]: supported values: "last-good", "popular"'],
    },
    {
      name: 'one name twice',
      yaml: `${scorer('')}---\n${scorer('')}`,
      faults: ['7: Scorer/a: metadata.name: this name is taken at FILE:3'],
    },
    {
      name: 'a list instead of a mapping',
      yaml: '- a\n- b\n',
      faults: ['1: a document must be a mapping with apiVersion, kind, metadata and spec'],
    },
    {
      name: 'one key twice',
      yaml: 'apiVersion: medley.dev/v1alpha1\nkind: Scorer\nkind: Scorer\n',
      faults: ['3: Map keys must be unique'],
    },
    {
      name: 'every fault of every document at once',
      yaml: `${scorer('spec:\n  weight: -1\n  sise: 1\n')}---\n${ofA('  k: { default: 0 }\n')}`,
      faults: [
        '5: Scorer/a: spec.weight: should be greater than or equal to 0',
        '6: Scorer/a: spec.sise: unknown field',
        '13: Recommender/home: spec.k.default: should be greater than or equal to 1',
      ],
    },
  ];

  test.each(cases)('$name', async ({ yaml, faults }) => {
    const file = write(yaml);
    const name = `${written}.yaml`;
    expect(await faultsOf([file])).toEqual(faults.map((fault) => `${name}:${fault.replace('FILE', name)}`));
  });

  test('a file that is not YAML does not hide the faults of the next one', async () => {
    const broken = write('a: [1,\n');
    const next = write(head('Pod', 'x'));
    const faults = await faultsOf([broken, next]);
    expect(faults[0]).toMatch(/^\d+\.yaml:\d+: Flow sequence in block collection must be/);
    expect(faults.at(-1)).toMatch(/: Pod\/x: kind: is "Pod"; it must be one of Scorer, Recommender$/);
  });

  test('aliases that grow beyond reason are refused, not expanded', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `k${at + 1}: &k${at + 1} [*k${at}, *k${at}, *k${at}, *k${at}]`,
    );
    expect(await faultsOf([write(`k0: &k0 [x, x]\n${levels.join('\n')}\n`)])).toEqual([
      `${written}.yaml:1: Excessive alias count indicates a resource exhaustion attack`,
    ]);
  });

  test('a path that is not there, and a folder with nothing in it', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(await faultsOf([join(folder, 'nowhere.yaml'), empty])).toEqual([
      'nowhere.yaml: there is no such file or folder',
      'empty: there is no .yaml or .yml file in this folder',
    ]);
  });
});
