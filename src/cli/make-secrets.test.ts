import { beforeEach, expect, test } from '@jest/globals';
import { KubeError } from '../operator/kube/errors.ts';
import type { KubeObject } from '../operator/kube/object.ts';
import { type MakeSecretsOptions, makeSecrets } from './make-secrets.ts';

const held = new Map<string, Record<string, string>>();
let writes: string[] = [];
let lines: string[] = [];
let conflictOnce = false;
beforeEach(() => {
  held.clear();
  writes = [];
  lines = [];
  conflictOnce = false;
});

const objectOf = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, resourceVersion: '7' },
  data: held.get(name),
});
const conflict = (): void => {
  if (!conflictOnce) return;
  conflictOnce = false;
  held.set('release-broker', { password: 'b3RoZXI=' });
  throw new KubeError(409, 'AlreadyExists', 'somebody was faster');
};
const kube: MakeSecretsOptions['kube'] = {
  get: async (_, name) => (held.has(name) ? objectOf(name) : null),
  async create(object) {
    conflict();
    const { name } = object.metadata;
    const { labels = {} } = object.metadata;
    writes.push(
      `create ${name} for ${labels['app.kubernetes.io/instance']}, of ${labels['app.kubernetes.io/managed-by']}`,
    );
    held.set(name, object.data as Record<string, string>);
    return objectOf(name);
  },
  async merge(_, name, patch) {
    writes.push(`merge ${name} at ${(patch as KubeObject).metadata.resourceVersion}`);
    held.set(name, { ...held.get(name), ...(patch as { data: Record<string, string> }).data });
    return objectOf(name);
  },
};
const make = (wanted: Record<string, string[]>): Promise<void> =>
  makeSecrets({
    ...{ kube, wanted, instance: 'release' },
    createPassword: () => 'made',
    say: (line) => lines.push(line),
  });
const made = Buffer.from('made').toString('base64');

test('a Secret that is not there is made, with every key', async () => {
  await make({ 'release-broker': ['password', 'erlang-cookie'] });
  expect(held.get('release-broker')).toEqual({ password: made, 'erlang-cookie': made });
  expect(writes).toEqual(['create release-broker for release, of medley']);
});

test('what the operator is to complete is labelled as its own, or it would not see it', async () => {
  await make({ 'medley-gateway-broker': ['password'] });
  expect(writes).toEqual(['create medley-gateway-broker for release, of medley-operator']);
});

test('a Secret that is there is left alone', async () => {
  held.set('release-broker', { password: 'b3du' });
  await make({ 'release-broker': ['password'] });
  expect(held.get('release-broker')).toEqual({ password: 'b3du' });
  expect(writes).toEqual([]);
  expect(lines).toEqual(['release-broker: is there, left alone']);
});

test('a key that a Secret lacks, or that is empty, is added; the others stay', async () => {
  held.set('release-broker', { password: 'b3du', 'erlang-cookie': '' });
  await make({ 'release-broker': ['password', 'erlang-cookie'] });
  expect(held.get('release-broker')).toEqual({ password: 'b3du', 'erlang-cookie': made });
  expect(writes).toEqual(['merge release-broker at 7']);
});

test('what somebody else makes in the same moment counts', async () => {
  conflictOnce = true;
  await make({ 'release-broker': ['password'] });
  expect(held.get('release-broker')).toEqual({ password: 'b3RoZXI=' });
});
