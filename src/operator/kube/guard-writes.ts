import { NotLeadingError } from './errors.ts';
import type { Kube } from './port.ts';

/** The same port, whose writes are refused unless this process leads at that very moment. */
export const guardWrites = (kube: Kube, leading: () => boolean): Kube => {
  const guarded =
    <A extends unknown[], T>(write: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (!leading()) throw new NotLeadingError('this process does not lead, it writes nothing');
      return write(...args);
    };
  return {
    ...kube,
    apply: guarded(kube.apply),
    create: guarded(kube.create),
    replace: guarded(kube.replace),
    merge: guarded(kube.merge),
    remove: guarded(kube.remove),
  };
};
