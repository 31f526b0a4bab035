import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type Cluster, connectCluster } from '../cluster/support/cluster.ts';
import { createNamespace, type Namespace } from '../cluster/support/namespace.ts';
import { runProgram } from '../cluster/support/run-program.ts';

/** Tilt and kind are not here. What can be tried is: the Tiltfile is evaluated, and all that it names exists and is accepted. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (path: string): string => join(root, path);

interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: { ports?: { nodePort?: number }[] };
}
/** One call of a function of Tilt, with its arguments. */
type Call = { what: string } & Record<string, unknown>;
interface World {
  chart: readonly KubeObject[];
  files: Record<string, readonly KubeObject[]>;
  commands: Record<string, readonly KubeObject[]>;
}

const objectsOf = (text: string): KubeObject[] =>
  parseAllDocuments(text).flatMap((one) => {
    const object = one.toJS() as KubeObject | null;
    return object === null ? [] : [object];
  });

let cluster: Cluster;
let namespace: Namespace;
let folder: string;
let calls: readonly Call[];

const evaluate = async (world: World): Promise<readonly Call[]> => {
  const stubs = readFileSync(at('test/chart/tilt-stubs.star'), 'utf8');
  const given = `WORLD = json.decode(${JSON.stringify(JSON.stringify(world))})\n`;
  const program = join(folder, 'Tiltfile.star');
  await writeFile(program, `${given}${stubs}${readFileSync(at('Tiltfile'), 'utf8')}\nprint(json.encode(CALLS))\n`);
  const starlark = (await runProgram('bash', [at('scripts/starlark.sh')], { timeoutMs: 300_000 })).trim();
  // What is printed goes to standard error.
  const said = await runProgram('sh', ['-c', 'exec "$0" "$1" 2>&1', starlark, program]);
  return JSON.parse(said) as Call[];
};

const all = (what: string): Call[] => calls.filter((call) => call.what === what);
const texts = (values: readonly unknown[]): string[] => values.map(String);

/** What the cluster would say to the objects, in the test's own namespace; ports of nodes may be taken there. */
const wouldApply = async (objects: readonly KubeObject[]): Promise<string> => {
  const items = structuredClone(objects).filter(({ kind }) => kind !== 'CustomResourceDefinition');
  for (const one of items) {
    if (one.kind !== 'Namespace') one.metadata.namespace = namespace.name;
    for (const port of one.kind === 'Service' ? (one.spec?.ports ?? []) : []) delete port.nodePort;
  }
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const args = ['apply', '--server-side', '--dry-run=server', '-f', '-'];
  const { code, stdout, stderr } = await cluster.tryKubectl(args, { input });
  // Pods that would not be started are warned of only.
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('would violate') });
  return stdout;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-tilt-'));
  cluster = await connectCluster();
  await cluster.applyCrds();
  namespace = await createNamespace(cluster);
  const values = ['--namespace', 'medley', '--values', at('k8s/dev/values.yaml'), '--include-crds'];
  const chart = objectsOf(await cluster.helm(['template', 'medley', at('helm/medley'), ...values]));
  const names = readdirSync(at('k8s/dev')).filter((name) => name.endsWith('.yaml'));
  const files = Object.fromEntries(
    names.map((name) => [`k8s/dev/${name}`, objectsOf(readFileSync(at(`k8s/dev/${name}`), 'utf8'))]),
  );
  // A first pass tells which commands give YAML; they make nothing, for they only say what they would make.
  const first = await evaluate({ chart, files, commands: {} });
  const commands: Record<string, KubeObject[]> = {};
  for (const { command } of first.filter(({ what }) => what === 'local')) {
    expect(command).toMatch(/^kubectl create .* --dry-run=client --output=yaml$/);
    const words = String(command)
      .split(' ')
      .slice(1)
      .map((word) => word.replace('=helm/', `=${root}/helm/`));
    commands[String(command)] = objectsOf(await cluster.kubectl(words));
  }
  calls = await evaluate({ chart, files, commands });
}, 900_000);

afterAll(async () => {
  await namespace?.remove();
  await rm(folder, { recursive: true, force: true });
}, 180_000);

const applied = (): KubeObject[] =>
  all('k8s_yaml').flatMap(({ path, objects }) =>
    objects === null ? objectsOf(readFileSync(at(String(path)), 'utf8')) : (objects as KubeObject[]),
  );

describe('the Tiltfile', () => {
  test('touches no cluster but the kind cluster of the configuration', () => {
    const config = objectsOf(readFileSync(at('k8s/dev/kind-config.yaml'), 'utf8'))[0] as unknown as {
      name: string;
      nodes: { extraPortMappings?: { containerPort: number; hostPort: number }[] }[];
    };
    expect(all('allow_k8s_contexts')).toEqual([expect.objectContaining({ contexts: `kind-${config.name}` })]);
    const gateway = applied().find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'medley-gateway');
    const mapped = config.nodes.flatMap((node) => node.extraPortMappings ?? []);
    expect(mapped).toEqual([
      expect.objectContaining({ containerPort: gateway?.spec?.ports?.[0]?.nodePort, hostPort: 8080 }),
    ]);
  });

  test('builds an image from files there are, and syncs folders there are to where roles run from', () => {
    const [build] = all('docker_build');
    expect(all('docker_build')).toHaveLength(1);
    expect(build).toMatchObject({ ref: 'medley', context: '.', match_in_env_vars: true });
    expect(existsSync(at(String(build?.dockerfile)))).toBe(true);
    const steps = build?.live_update as { step: string; files?: string[]; local?: string; remote?: string }[];
    expect(steps[0]?.step).toBe('fall_back_on');
    for (const file of steps[0]?.files ?? [])
      expect({ file, exists: existsSync(at(file)) }).toEqual({ file, exists: true });
    const live = readFileSync(at('k8s/dev/live.ts'), 'utf8');
    const target = /LIVE_FOLDER \?\? '([^']+)'/.exec(live)?.[1];
    const synced = steps.slice(1);
    expect(synced.map(({ local, remote }) => ({ local, remote }))).toEqual(
      ['src', 'cmd'].map((part) => ({ local: part, remote: `${target}/${part}` })),
    );
    for (const { local } of synced) expect(statSync(at(local ?? '')).isDirectory()).toBe(true);
  });

  test('starts neither what an uninstall runs nor the test of the release', () => {
    const names = applied().map(({ metadata }) => metadata.name);
    expect(names).toContain('medley-make-secrets');
    expect(names.filter((name) => /-(strip|clean|test)$/.test(name))).toEqual([]);
  });

  test('applies what the cluster accepts, in a namespace held to the restricted standard', async () => {
    expect(applied().length).toBeGreaterThan(40);
    const said = await wouldApply(applied());
    expect(said).toContain('deployment.apps/medley-gateway');
    expect(said).toContain('scorer.medley.dev/history');
    expect(said).toContain('deployment.apps/grafana');
    expect(said).toContain('configmap/medley-dashboards');
  }, 120_000);

  test('names workloads there are, and forwards no port twice', () => {
    const workloads = applied().flatMap(({ kind, metadata }) =>
      ['Deployment', 'StatefulSet', 'Job'].includes(kind) ? [metadata.name] : [],
    );
    const resources = all('k8s_resource');
    expect(resources.map(({ workload }) => workload).filter((one) => !workloads.includes(String(one)))).toEqual([]);
    const local = resources.flatMap(({ port_forwards }) =>
      texts(port_forwards as string[]).map((one) => one.split(':')[0]),
    );
    expect(new Set([...local, '8080']).size).toBe(local.length + 1);
    const links = resources.flatMap((one) => (one.links as { url: string }[]).map(({ url }) => new URL(url).port));
    expect(links.filter((port) => ![...local, '8080'].includes(port))).toEqual([]);
  });

  test('has buttons that run only when clicked, each on files there are and the cluster accepts', async () => {
    const buttons = all('local_resource');
    const named = buttons.map(({ name }) => name);
    for (const name of ['send load', 'start a turtle', 'stop the turtle']) expect(named).toContain(name);
    for (const one of buttons) expect(one).toMatchObject({ auto_init: false, trigger_mode: 'manual' });
    const paths = buttons.flatMap(({ cmd }) => [...String(cmd).matchAll(/ (-[fk]) (\S+)/g)]);
    expect(paths.length).toBeGreaterThan(3);
    for (const [, how, path = ''] of paths) {
      const text = how === '-k' ? await cluster.kubectl(['kustomize', at(path)]) : readFileSync(at(path), 'utf8');
      expect(await wouldApply(objectsOf(text))).toContain('serverside-applied');
    }
  }, 120_000);
});

test('every sample is accepted by the cluster', async () => {
  const samples = readdirSync(at('k8s/samples'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yaml'),
  );
  expect(samples.length).toBeGreaterThan(5);
  for (const name of samples) {
    const text = readFileSync(at(`k8s/samples/${name}`), 'utf8');
    expect({ name, said: await wouldApply(objectsOf(text)) }).toMatchObject({
      name,
      said: expect.stringContaining('applied'),
    });
  }
}, 120_000);
