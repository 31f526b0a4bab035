import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { resourceSchema } from '../../src/contract/resources.ts';
import { badResources } from '../support/bad-resources.ts';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';

jest.setTimeout(900_000);

let cluster: Cluster;
let namespace: Namespace;

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  namespace = await createNamespace(cluster);
});
afterAll(() => namespace?.remove());

const dryRun = ['apply', '--server-side', '--dry-run=server', '-f', '-'];
const scorer = (name: string, spec = ''): string =>
  `apiVersion: medley.dev/v1alpha1\nkind: Scorer\nmetadata: { name: ${name} }\nspec: {${spec}}\n`;

interface Stored {
  spec: Record<string, unknown>;
  status?: Record<string, unknown>;
}

describe('what the API server refuses', () => {
  test.each(badResources)('$name: it says so', async ({ yaml, path, says }) => {
    const { code, stdout, stderr } = await namespace.tryKubectl(['create', '--dry-run=server', '-f', '-'], {
      input: yaml,
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(path);
    expect(stderr).toContain(says);
  });

  test('a criterion cannot be changed afterwards, nor given or taken back', async () => {
    await namespace.apply(scorer('moving', 'criterion: one'));
    for (const spec of ['criterion: two', '']) {
      const { stderr } = await namespace.tryKubectl(['replace', '-f', '-'], { input: scorer('moving', spec) });
      expect(stderr).toContain('spec.criterion: Invalid value: ');
      expect(stderr).toContain(': criterion cannot be changed, for its queues may hold work;');
    }
    await namespace.apply(scorer('moving', 'criterion: one, weight: 2'));
  });
});

describe('what the API server takes', () => {
  const samples = readdirSync(new URL('../../k8s/samples', import.meta.url))
    .filter((name) => !name.endsWith('.md'))
    .map((name) => `k8s/samples/${name}`);

  test.each([...samples, 'examples/notebook-weight/medley.yaml'])('%s, as it is', async (path) => {
    const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    await namespace.kubectl([...dryRun.slice(0, -1), file]);
  });

  test('it fills in the defaults that one machine fills in', async () => {
    await namespace.apply(scorer('plain'));
    const stored = await namespace.get<Stored>('scorer plain');
    const parsed = resourceSchema.parse(parse(scorer('plain')));
    expect(stored.spec).toEqual(parsed.spec);

    const recommender = {
      apiVersion: 'medley.dev/v1alpha1',
      kind: 'Recommender',
      metadata: { name: 'plain' },
      spec: { criteria: [{ criterion: 'a' }], weightSets: [{ name: 'new', weights: {} }] },
    };
    await namespace.apply(recommender);
    expect((await namespace.get<Stored>('recommender plain')).spec).toEqual(resourceSchema.parse(recommender).spec);
  });

  test('what it stored is a resource for one machine too, status and all', async () => {
    await namespace.apply(scorer('whole'));
    const condition = {
      ...{ type: 'Ready', status: 'True', reason: 'Serving', message: '2 processes ready' },
      ...{ observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' },
    };
    const autoscaling = { mode: 'operator', wanted: 3, backlogRequests: 12, serviceMs: 38.5 };
    const status = { criterion: 'whole', replicas: 2, readyReplicas: 1, selector: 'a=b', autoscaling };
    await namespace.kubectl([
      'patch',
      'sco',
      'whole',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status: { ...status, conditions: [condition] } }),
    ]);
    const stored = await namespace.get<Stored>('scorer whole');
    expect(resourceSchema.parse(stored).status).toEqual({ ...status, conditions: [condition] });
    const [head, row] = (await namespace.kubectl(['get', 'sco', 'whole', '-o', 'wide'])).trim().split('\n');
    expect(head?.split(/\s{2,}/)).toEqual([
      'NAME',
      'CRITERION',
      'MODE',
      'WANTED',
      'READY',
      'REPLICAS',
      'STATUS',
      'AGE',
      'MESSAGE',
    ]);
    expect(row).toMatch(/^whole\s+whole\s+operator\s+3\s+1\s+2\s+Serving\s+\S+\s+2 processes ready$/);
  });

  test('kubectl scale pins a Scorer that had no count, and sees how many there are', async () => {
    await namespace.apply(scorer('scaled'));
    expect((await namespace.get<Stored>('scorer scaled')).spec).not.toHaveProperty('replicas');
    await namespace.kubectl(['scale', 'scorer', 'scaled', '--replicas=3']);
    expect((await namespace.get<Stored>('scorer scaled')).spec).toMatchObject({ replicas: 3 });
    await namespace.kubectl([
      'patch',
      'sco',
      'scaled',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"replicas":2,"selector":"a=b"}}',
    ]);
    const scale = await namespace.kubectl(['get', 'scorer', 'scaled', '--subresource=scale', '-o', 'json']);
    expect(JSON.parse(scale)).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 2, selector: 'a=b' } });
  });

  test('both kinds are listed by their category and short names, and explained', async () => {
    await namespace.apply(scorer('listed'));
    expect(await namespace.kubectl(['get', 'medley', '-o', 'name'])).toContain('scorer.medley.dev/listed');
    expect(await namespace.kubectl(['get', 'sco,rec', '-o', 'name'])).toContain('scorer.medley.dev/listed');
    expect(await namespace.kubectl(['explain', 'sco.spec.drainTimeoutSeconds'])).toContain('`Drain` waits no longer');
  });
});
