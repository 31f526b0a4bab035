import { drainFinalizer } from './drain.ts';
import { kinds } from './kube/kinds.ts';
import type { Parts } from './parts.ts';

/**
 * Takes the finalizers away where the whole namespace goes: Kubernetes deletes pods first, so that this operator ends
 * before the Scorers do, and nobody would be left to lift them.
 */
export const liftFinalizersAtTheEnd = async ({ kube, world, log }: Parts): Promise<void> => {
  const held = world.all('scorers').filter(({ metadata }) => metadata.finalizers?.includes(drainFinalizer));
  if (held.length === 0 || !(await kube.namespaceEnds())) return;
  for (const { metadata } of held) {
    const finalizers = (metadata.finalizers ?? []).filter((one) => one !== drainFinalizer);
    await kube.merge(kinds.scorer, metadata.name, {
      metadata: { resourceVersion: metadata.resourceVersion, finalizers },
    });
    log.info({ event: 'finalizer-lifted', scorer: metadata.name }, 'the namespace is being deleted');
  }
};
