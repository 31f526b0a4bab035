import type { KubeObject } from '../kube/object.ts';
import { managedBy } from './scorer-object.ts';

export const roleSecretName = (role: string): string => `medley-${role}-broker`;

/** How the processes of a role reach the broker: the chart's Deployments read it, the operator makes it. */
export const buildRoleSecret = (
  role: string,
  instance: string,
  access: { url: string; username: string; password: string },
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: roleSecretName(role),
    labels: {
      ...{ 'app.kubernetes.io/name': 'medley', 'app.kubernetes.io/instance': instance, ...managedBy },
      ...{ 'app.kubernetes.io/component': role },
    },
  },
  type: 'Opaque',
  data: Object.fromEntries(
    Object.entries({ url: access.url, username: access.username, password: access.password }).map(([key, text]) => [
      key,
      Buffer.from(text, 'utf8').toString('base64'),
    ]),
  ),
});
