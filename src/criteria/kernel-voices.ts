import type { Artefact, ArtefactContent } from './artefact.ts';
import { popularityScales, type UserKernel } from './ease.ts';
import type { ItemSpace } from './item-space.ts';
import type { KnownProfile } from './profile.ts';

/**
 * The whole matrix of EASE^R by its users: nothing is cut, and where users are few it is smaller and faster than links.
 *
 * score_j = scale_j · (xⱼᵀ K⁻¹ X p − c_jj p_j) / (1 − c_jj), c_jj = xⱼᵀ K⁻¹ xⱼ, p the profile. Work of a question: users² + the
 * entries of X. Size: 4 bytes × users² + 8 bytes × entries.
 */

/** xⱼᵀ K⁻¹ xⱼ of every item. */
const selfVoices = ({ users, inverse, start, user, value }: UserKernel): Float64Array =>
  Float64Array.from({ length: start.length - 1 }, (_, item) => {
    let sum = 0;
    for (let a = start[item] as number; a < (start[item + 1] as number); a++) {
      const row = (user[a] as number) * users;
      for (let b = start[item] as number; b < (start[item + 1] as number); b++) {
        sum += (value[a] as number) * (value[b] as number) * (inverse[row + (user[b] as number)] as number);
      }
    }
    return sum;
  });

export const kernelColumns = (kernel: UserKernel): ArtefactContent['columns'] => ({
  kernel: Float32Array.from(kernel.inverse),
  self: selfVoices(kernel),
  viewerStart: kernel.start,
  viewer: kernel.user,
  viewerValue: Float32Array.from(kernel.value),
});

/** Sets the scores to what the liked items of the profile say; null: the model has no kernel. */
export const readKernelVoices = (artefact: Artefact, space: ItemSpace) => {
  const users = artefact.meta.users ?? 0;
  if (users === 0) return null;
  const kernel = artefact.column('kernel', 'float32');
  const self = artefact.column('self', 'float64');
  const start = artefact.column('viewerStart', 'int32');
  // Models fitted before there were scales say nothing of them: 1 for all.
  const scale = popularityScales(start, artefact.meta.popularityExponent ?? 0);
  const viewer = artefact.column('viewer', 'int32');
  const value = artefact.column('viewerValue', 'float32');
  const liked = new Float64Array(users);
  const solved = new Float64Array(users);
  const own = new Float64Array(space.size);

  /** liked = X p. */
  const addProfile = (profile: KnownProfile): void => {
    liked.fill(0);
    for (let at = 0; at < profile.count; at++) {
      const item = profile.items[at] as number;
      const weight = profile.weights[at] as number;
      if (weight <= 0) continue;
      own[item] = (own[item] as number) + weight;
      for (let entry = start[item] as number; entry < (start[item + 1] as number); entry++) {
        const user = viewer[entry] as number;
        liked[user] = (liked[user] as number) + weight * (value[entry] as number);
      }
    }
  };
  const solve = (): void => {
    for (let row = 0, at = 0; row < users; row++) {
      let sum = 0;
      for (let user = 0; user < users; user++, at++) sum += (kernel[at] as number) * (liked[user] as number);
      solved[row] = sum;
    }
  };
  const scoreOne = (item: number): number => {
    let sum = 0;
    for (let entry = start[item] as number; entry < (start[item + 1] as number); entry++) {
      sum += (value[entry] as number) * (solved[viewer[entry] as number] as number);
    }
    const itself = self[item] as number;
    return ((scale[item] as number) * (sum - itself * (own[item] as number))) / (1 - itself);
  };

  return (scores: Float64Array, profile: KnownProfile): void => {
    addProfile(profile);
    solve();
    for (let item = 0; item < space.size; item++) scores[item] = scoreOne(item);
    for (let at = 0; at < profile.count; at++) own[profile.items[at] as number] = 0;
  };
};
