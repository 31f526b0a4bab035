import type { TrainingData } from '../../src/criteria/training-data.ts';
import { createRandom } from '../../src/evaluation/random.ts';
import { film, trainingData, type Watch } from './criteria-data.ts';

const groups = ['Comedy', 'Crime', 'Drama', 'Horror', 'Romance', 'Western'] as const;
const filmsPerGroup = 30;

/**
 * Viewers with a taste, the same for the same seed: each likes two of six genres, their well-known films more than the
 * others, and now and then anything. Small enough for a unit test, large enough that criteria differ.
 */
export const createViewers = (options: { viewers: number; watches: number; seed: number }): TrainingData => {
  const random = createRandom(options.seed);
  const draw = (below: number): number => Math.floor(random() * below);
  const films = groups.flatMap((genre, group) =>
    Array.from({ length: filmsPerGroup }, (_, at) => film(String(1 + group * filmsPerGroup + at), { genres: [genre] })),
  );
  const watches: Watch[] = [];
  for (let viewer = 1; viewer <= options.viewers; viewer++) {
    const likes = [draw(groups.length), draw(groups.length)];
    const seen = new Set<number>();
    for (let day = 0; seen.size < options.watches; day++) {
      const group = random() < 0.85 ? (likes[draw(2)] as number) : draw(groups.length);
      const film = 1 + group * filmsPerGroup + Math.floor(random() ** 2 * filmsPerGroup);
      if (seen.has(film)) continue;
      seen.add(film);
      watches.push([String(viewer), String(film), 1, day]);
    }
  }
  return trainingData(films, watches);
};
