import { createHash } from 'node:crypto';
import { differences } from './kube/differences.ts';
import type { KubeObject } from './kube/object.ts';
import type { Kube } from './kube/port.ts';

export const objectManager = 'medley-operator';
/** What was last applied, in short: says that something wanted before is wanted no longer. */
const appliedAnnotation = 'medley.dev/applied';

/**
 * Applies an object where the live one is not as wanted, and only there: at rest nothing is written.
 *
 * The API server may keep a value in another form than it was given (`0.5` CPU becomes `500m`): what still differs right
 * after an apply is remembered and taken for settled while it stays so. Resolves with the live object, and whether it was
 * written.
 */
export type PutRight = (
  wanted: KubeObject,
  live: KubeObject | undefined,
) => Promise<{ object: KubeObject; written: boolean }>;

export const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

export const createPutRight = (kube: Pick<Kube, 'apply'>): PutRight => {
  const settled = new Map<string, string>();
  return async (wanted, live) => {
    const { metadata } = wanted;
    const applied = hashOf(wanted);
    const annotations = { ...metadata.annotations, [appliedAnnotation]: applied };
    const marked = { ...wanted, metadata: { ...metadata, annotations } };
    const key = `${wanted.kind}/${metadata.name}`;
    if (live !== undefined) {
      const found = differences(marked, live);
      if (found.length === 0 || settled.get(key) === found.join('\n')) return { object: live, written: false };
    }
    const object = await kube.apply(marked, { manager: objectManager });
    const left = differences(marked, object);
    if (left.length === 0) settled.delete(key);
    else settled.set(key, left.join('\n'));
    return { object, written: true };
  };
};
