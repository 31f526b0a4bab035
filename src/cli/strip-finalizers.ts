import { drainFinalizer, forceAnnotation } from '../operator/drain.ts';
import { type Kind, kinds } from '../operator/kube/kinds.ts';
import type { Kube } from '../operator/kube/port.ts';

const stripped: readonly Kind[] = [kinds.scorer, kinds.recommender];

/**
 * Takes Medley's finalizer from every Scorer and Recommender of the namespace, before an operator that would lift it is gone.
 * The annotation keeps one that still runs from setting it again. What waits in durable queues stays on the broker.
 */
export const stripFinalizers = async (options: {
  kube: Pick<Kube, 'list' | 'merge' | 'serves'>;
  say: (line: string) => void;
}): Promise<void> => {
  const { kube, say } = options;
  for (const kind of stripped) {
    if (!(await kube.serves(kind))) continue;
    for (const { metadata } of (await kube.list(kind)).items) {
      const { name, resourceVersion, finalizers = [] } = metadata;
      if (!finalizers.includes(drainFinalizer)) continue;
      await kube.merge(kind, name, {
        metadata: {
          resourceVersion,
          annotations: { [forceAnnotation]: 'uninstall' },
          finalizers: finalizers.filter((one) => one !== drainFinalizer),
        },
      });
      say(`${kind.kind} ${name}: its finalizer is taken away`);
    }
  }
};
