import { drainFinalizer } from './drain.ts';
import { isStatus } from './kube/errors.ts';
import { kinds } from './kube/kinds.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';

const attempts = 5;

const isHeld = ({ metadata }: KubeObject): boolean => metadata.finalizers?.includes(drainFinalizer) ?? false;

/** From the Scorer as it is now: its deletion, or a status, may have been written since it was last seen. */
const lift = async ({ kube, log }: Pick<Parts, 'kube' | 'log'>, name: string): Promise<void> => {
  for (let left = attempts; left > 0; left -= 1) {
    const object = await kube.get(kinds.scorer, name);
    if (object === null || !isHeld(object)) return;
    const { resourceVersion, finalizers = [] } = object.metadata;
    const metadata = { resourceVersion, finalizers: finalizers.filter((one) => one !== drainFinalizer) };
    try {
      await kube.merge(kinds.scorer, name, { metadata });
      log.info({ event: 'finalizer-lifted', scorer: name }, 'the namespace is being deleted');
      return;
    } catch (cause) {
      if (!isStatus(cause, 409) || left === 1) throw cause;
    }
  }
};

/**
 * Takes the finalizers away where the whole namespace goes: Kubernetes deletes pods first, so that this operator ends
 * before the Scorers do, and nobody would be left to lift them.
 */
export const liftFinalizersAtTheEnd = async (parts: Pick<Parts, 'kube' | 'world' | 'log'>): Promise<void> => {
  const { kube, world, log } = parts;
  const held = world.all('scorers').filter(isHeld);
  if (held.length === 0 || !(await kube.namespaceEnds())) return;
  const lifting = held.map(({ metadata: { name } }) =>
    // One that fails must not leave the others.
    lift(parts, name).catch((cause: unknown) => log.warn({ err: cause, scorer: name }, 'its finalizer may be left')),
  );
  await Promise.all(lifting);
};
