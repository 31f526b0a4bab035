import { brokerRoles } from '../operator/broker-duties.ts';
import { isStatus } from '../operator/kube/errors.ts';
import { kinds } from '../operator/kube/kinds.ts';
import type { KubeObject } from '../operator/kube/object.ts';
import type { Kube } from '../operator/kube/port.ts';
import { roleSecretName } from '../operator/resources/role-secret.ts';
import { managedBy } from '../operator/resources/scorer-object.ts';

/** Secrets of a release, made where they are missing: nothing that is there is ever overwritten. */
export interface MakeSecretsOptions {
  kube: Pick<Kube, 'get' | 'create' | 'merge'>;
  /** Keys by name of the Secret. */
  wanted: Readonly<Record<string, readonly string[]>>;
  /** The release, for labels. */
  instance: string;
  /** Letters and digits alone, since they stand in addresses. */
  createPassword: () => string;
  say: (line: string) => void;
}

/** The operator completes these, and sees only what is labelled as its own: else it would make another password. */
const ofRoles = new Set(brokerRoles.map(roleSecretName));

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** The keys a Secret lacks. */
const missingIn = (found: KubeObject | null, keys: readonly string[]): string[] => {
  const data = (found?.data ?? {}) as Readonly<Record<string, string>>;
  return keys.filter((key) => (data[key] ?? '') === '');
};

/**
 * Makes each Secret that is not there, and each key that one lacks.
 *
 * @throws KubeError where the API server refuses
 */
export const makeSecrets = async (options: MakeSecretsOptions): Promise<void> => {
  const { kube, wanted, instance, createPassword, say } = options;
  const { apiVersion, kind } = kinds.secret;
  const labelsOf = (name: string): Record<string, string> => ({
    ...{ 'app.kubernetes.io/name': 'medley', 'app.kubernetes.io/instance': instance },
    ...(ofRoles.has(name) ? managedBy : { 'app.kubernetes.io/managed-by': 'medley' }),
  });

  const complete = async (name: string, keys: readonly string[], found: KubeObject | null): Promise<void> => {
    const missing = missingIn(found, keys);
    if (missing.length === 0) return say(`${name}: is there, left alone`);
    const data = Object.fromEntries(missing.map((key) => [key, base64(createPassword())]));
    if (found === null)
      await kube.create({ apiVersion, kind, metadata: { name, labels: labelsOf(name) }, type: 'Opaque', data });
    else await kube.merge(kinds.secret, name, { metadata: { resourceVersion: found.metadata.resourceVersion }, data });
    say(`${name}: made ${missing.join(', ')}`);
  };

  for (const [name, keys] of Object.entries(wanted)) {
    try {
      await complete(name, keys, await kube.get(kinds.secret, name));
    } catch (cause) {
      // Somebody else made or changed it in this moment: what he wrote counts.
      if (!isStatus(cause, 409)) throw cause;
      await complete(name, keys, await kube.get(kinds.secret, name));
    }
  }
};
