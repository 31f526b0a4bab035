/**
 * Writes k8s/base for those without Helm: what the chart renders with its defaults, as a kustomize base.
 * `node scripts/kustomize-base.ts`; test/chart holds the folder to the chart.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';

interface Rendered {
  metadata: { annotations?: Record<string, string> };
}

const release = 'medley';
const generated = '# Generated from helm/medley by scripts/kustomize-base.ts.\n';

/** How the chart is rendered for the base. */
export const renderArguments = (chart: string): string[] => ['template', release, chart, '--namespace', release];

/** What runs before an install stays, as an ordinary object; what runs when Helm uninstalls or tests has no use here. */
const isWanted = ({ metadata }: Rendered): boolean => {
  const hook = metadata.annotations?.['helm.sh/hook'];
  return hook === undefined || hook.split(',').includes('pre-install');
};

const managedBy = 'app.kubernetes.io/managed-by';

/** The same object with nothing of Helm's in it, however deep; what is empty then goes. */
const withoutHelm = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutHelm);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !name.startsWith('helm.sh/'));
  const freed = entries.map(([name, one]) => [name, name === managedBy ? 'kustomize' : withoutHelm(one)] as const);
  return Object.fromEntries(
    freed.filter(([name, one]) => name !== 'annotations' || Object.keys(one as object).length > 0),
  );
};

const kustomization = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  namespace: release,
  resources: ['namespace.yaml', 'medley.yaml'],
  images: [{ name: 'medley', newTag: '0.1.0' }],
  // The operator runs scorers with the image that it has itself.
  replacements: [
    {
      source: {
        kind: 'Deployment',
        name: 'medley-operator',
        fieldPath: 'spec.template.spec.containers.[name=operator].image',
      },
      targets: [
        {
          select: { kind: 'Deployment', name: 'medley-operator' },
          fieldPaths: ['spec.template.spec.containers.[name=operator].env.[name=^MEDLEY_IMAGE$].value'],
        },
      ],
    },
  ],
};

const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: release, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};

const asYaml = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/** Every file of k8s/base by name, from the text that `helm template` gives. The same for the same chart. */
export const kustomizeBase = (rendered: string): ReadonlyMap<string, string> => {
  const objects = parseAllDocuments(rendered).flatMap((one) => {
    const object = one.toJS() as Rendered | null;
    return object !== null && isWanted(object) ? [asYaml(withoutHelm(object))] : [];
  });
  return new Map([
    ['medley.yaml', `${generated}${objects.join('---\n')}`],
    ['namespace.yaml', `${generated}${asYaml(namespace)}`],
    ['kustomization.yaml', `${generated}${asYaml(kustomization)}`],
  ]);
};

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const bin = execFileSync('bash', [join(root, 'scripts/kubernetes-tools.sh')], { encoding: 'utf8' }).trim();
  const rendered = execFileSync(join(bin, 'helm'), renderArguments(join(root, 'helm/medley')), { encoding: 'utf8' });
  for (const [name, text] of kustomizeBase(rendered)) writeFileSync(join(root, 'k8s/base', name), text);
}
