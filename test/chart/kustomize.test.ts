import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kustomizeBase, renderArguments } from '../../scripts/kustomize-base.ts';
import { type Cluster, connectCluster } from '../cluster/support/cluster.ts';
import { createNamespace, type Namespace } from '../cluster/support/namespace.ts';

/** The base for those without Helm is the chart's own render, and a cluster takes it. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const base = join(root, 'k8s/base');

let cluster: Cluster;
let namespace: Namespace;

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  namespace = await createNamespace(cluster);
}, 900_000);

afterAll(async () => namespace?.remove(), 180_000);

test('k8s/base is what the chart renders (node scripts/kustomize-base.ts)', async () => {
  const files = kustomizeBase(await cluster.helm(renderArguments(join(root, 'helm/medley'))));
  expect(readdirSync(base).sort()).toEqual([...files.keys()].sort());
  for (const [name, text] of files) expect(readFileSync(join(base, name), 'utf8')).toBe(text);
});

test('it knows nothing of Helm, and makes its secrets by a Job', async () => {
  const built = await cluster.kubectl(['kustomize', base]);
  expect(built).not.toMatch(/helm\.sh|managed-by: Helm|medley-strip|medley-clean|kind: Secret/);
  expect(built).toContain('name: medley-make-secrets');
  expect(built).toContain('name: medley-first-data');
});

test('an image set in the kustomization is that of every role, and the one scorers get', async () => {
  const built = await cluster.kubectl(['kustomize', base]);
  const [, tag] = /newTag: (\S+)/.exec(readFileSync(join(base, 'kustomization.yaml'), 'utf8')) ?? [];
  const roles = built.match(/image: medley:.*/g) ?? [];
  expect(roles.length).toBeGreaterThan(4);
  expect(new Set(roles)).toEqual(new Set([`image: medley:${tag}`]));
  expect(built).toMatch(new RegExp(`name: MEDLEY_IMAGE\\n\\s+value: medley:${tag}`));
});

test('the cluster accepts all of it in a namespace held to the restricted standard', async () => {
  const built = (await cluster.kubectl(['kustomize', base])).replaceAll(
    'namespace: medley\n',
    `namespace: ${namespace.name}\n`,
  );
  const args = ['apply', '--server-side', '--dry-run=server', '-f', '-'];
  const { code, stdout, stderr } = await cluster.tryKubectl(args, { input: built });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('would violate') });
  for (const one of [
    'deployment.apps/medley-gateway',
    'statefulset.apps/medley-rabbitmq',
    'scorer.medley.dev/history',
  ]) {
    expect(stdout).toContain(one);
  }
}, 60_000);
