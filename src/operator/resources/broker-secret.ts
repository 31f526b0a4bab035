import type { KubeObject } from '../kube/object.ts';
import { brokerSecretName, childMetadata, type ScorerObject } from './scorer-object.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** How a scorer reaches the broker: its address with its own user and password. */
export const buildBrokerSecret = (
  scorer: ScorerObject,
  instance: string,
  access: { url: string; username: string; password: string },
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: childMetadata(scorer, instance, brokerSecretName(scorer)),
  type: 'Opaque',
  data: { url: base64(access.url), username: base64(access.username), password: base64(access.password) },
});

/** The password a Secret holds; null: none, or there is no Secret. */
export const passwordIn = (secret: KubeObject | undefined): string | null => {
  const data = (secret?.data ?? {}) as Record<string, string>;
  const password = data.password;
  return password === undefined || password === '' ? null : Buffer.from(password, 'base64').toString('utf8');
};
