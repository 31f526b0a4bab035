import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { Tuned } from '../evaluation/tune.ts';
import { withTunedWeights } from './write-weights.ts';

const text = `# Rows of the start page.
kind: Recommender
metadata:
  name: home
spec:
  deadlineMs: 300
  criteria:
    # The heaviest voice.
    - { criterion: history, weight: 0.5 }
    - { criterion: genres }
    - selector: { matchLabels: { a: b } }
  minimumCoverage: 0.2 # not less
---
kind: Recommender
metadata:
  name: other
spec:
  criteria:
    - { criterion: history, weight: 0.5 }
`;

const tuned: Tuned = {
  fusion: { kind: 'weighted-sum', normalise: 'z-score' },
  refineNormalise: 'min-max',
  weights: { history: 0.7, genres: 0.3 },
  weightSets: [
    { name: 'new', minHistory: 0, maxHistory: 0, missing: [], refined: false, weights: { history: 0 } },
    { name: 'refined', minHistory: 0, missing: [], refined: true, weights: { history: 0.5 } },
  ],
  steps: [],
};

test('the weights of one Recommender are written, whatever else the file says', () => {
  const written = withTunedWeights(text, 'home', tuned) ?? '';
  expect(written).toContain('    - { criterion: history, weight: 0.7 }\n    - { criterion: genres, weight: 0.3 }\n');
  expect(written).toContain('    - { name: new, minHistory: 0, maxHistory: 0, weights: { history: 0 } }\n');
  expect(written).toContain('  fusion: { kind: weighted-sum, normalise: z-score }\n  refineNormalise: min-max\n');
  for (const kept of ['# Rows of the start page.', '# The heaviest voice.', '# not less', 'deadlineMs: 300']) {
    expect(written).toContain(kept);
  }
  const documents = parseAllDocuments(written);
  expect(documents.map((one) => one.toJS().metadata.name)).toEqual(['home', 'other']);
  expect(documents[1]?.toJS().spec).toEqual({ criteria: [{ criterion: 'history', weight: 0.5 }] });
});

test('writing twice changes nothing more', () => {
  const once = withTunedWeights(text, 'home', tuned) ?? '';
  expect(withTunedWeights(once, 'home', tuned)).toBe(once);
});

test('a file without that Recommender is left alone', () => {
  expect(withTunedWeights(text, 'nobody', tuned)).toBeNull();
});
