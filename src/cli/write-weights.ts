import { isMap, parseAllDocuments, type YAMLMap, YAMLSeq } from 'yaml';
import type { Tuned } from '../evaluation/tune.ts';

type Weights = Readonly<Record<string, number>>;

/** Only what differs from the defaults of a set: a person reads these files. */
const setText = ({ missing, refined, minHistory, maxHistory, name, weights }: Tuned['weightSets'][number]) => ({
  name,
  ...(minHistory === 0 && maxHistory === undefined ? {} : { minHistory }),
  ...(maxHistory === undefined ? {} : { maxHistory }),
  ...(missing.length === 0 ? {} : { missing }),
  ...(refined ? { refined } : {}),
  weights,
});

const putWeights = (criteria: unknown, weights: Weights): void => {
  if (!(criteria instanceof YAMLSeq)) return;
  for (const reference of criteria.items) {
    if (!isMap(reference)) continue;
    const weight = weights[String(reference.get('criterion'))];
    if (weight !== undefined) reference.set('weight', weight);
  }
};

/**
 * The text of a YAML file with the weights of one Recommender replaced; the rest, comments included, stays.
 *
 * Null: the file has no such Recommender.
 */
export const withTunedWeights = (text: string, recommender: string, tuned: Tuned): string | null => {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return null;
  const document = documents.find(
    (one) => one.get('kind') === 'Recommender' && one.getIn(['metadata', 'name']) === recommender,
  );
  if (document === undefined) return null;
  const spec = document.get('spec') as YAMLMap;
  putWeights(spec.get('criteria'), tuned.weights);
  const { kind, normalise } = tuned.fusion;
  const fusion = document.createNode({ kind, ...(kind === 'reciprocal-rank' ? {} : { normalise }) }, { flow: true });
  spec.set('fusion', fusion);
  spec.set('refineNormalise', tuned.refineNormalise);
  const sets = new YAMLSeq();
  for (const set of tuned.weightSets) sets.add(document.createNode(setText(set), { flow: true }));
  spec.set('weightSets', sets);
  return documents.map((one) => one.toString({ lineWidth: 0, flowCollectionPadding: true })).join('');
};
