import { expect, test } from '@jest/globals';
import { judgeList } from './ranking-metrics.ts';

test('hits are judged by rank, by hand', () => {
  const quality = judgeList(['x', 'a', 'y', 'b', 'c'], new Set(['a', 'b', 'c']), 4);
  const gain = 1 / Math.log2(3) + 1 / Math.log2(5);
  const ideal = 1 + 1 / Math.log2(3) + 1 / 2;
  expect(quality.ndcg).toBeCloseTo(gain / ideal, 12);
  expect(quality).toMatchObject({ recall: 2 / 3, hitRate: 1, mrr: 1 / 2 });
});

test('recall is out of k when more than k are held out', () => {
  expect(judgeList(['a', 'b'], new Set(['a', 'b', 'c']), 2)).toEqual({ ndcg: 1, recall: 1, hitRate: 1, mrr: 1 });
});

test('an empty list is worth nothing', () => {
  expect(judgeList([], new Set(['a']), 10)).toEqual({ ndcg: 0, recall: 0, hitRate: 0, mrr: 0 });
});
