import { describe, expect, test } from '@jest/globals';
import { listScorers } from './scorer-list.ts';

const scorer = (name: string, created: string, spec: object = {}) => ({
  ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', spec },
  metadata: { name, creationTimestamp: `2026-01-01T00:00:${created}Z`, managedFields: [] },
});

describe('the Scorers there are', () => {
  test('work each, oldest first', () => {
    const { usable, stalled } = listScorers([scorer('b', '02'), scorer('a', '03'), scorer('c', '01')]);
    expect([usable.map((one) => one.object.metadata.name), stalled.size]).toEqual([['c', 'b', 'a'], 0]);
  });

  test('of two for one criterion the older works, of the same second the first by name', () => {
    const { usable, stalled } = listScorers([
      scorer('young', '02', { criterion: 'old' }),
      scorer('old', '01'),
      scorer('y', '05', { criterion: 'x' }),
      scorer('x', '05'),
    ]);
    expect(usable.map((one) => one.object.metadata.name)).toEqual(['old', 'x']);
    expect(stalled.get('young')?.message).toContain('Scorer old, which is older, judges by criterion old');
    expect(stalled.get('y')?.reason).toBe('CriterionTaken');
  });

  test('are read without the fields of a newer CRD, however deep; their own faults stay faults', () => {
    const newer = { topN: 7, shiny: 1, autoscaling: { maxReplicas: 3, shiny: { deep: true } } };
    const { usable, stalled } = listScorers([scorer('a', '01', newer), scorer('b', '02', { ...newer, weight: -1 })]);
    expect(usable.map(({ resource }) => resource.spec)).toMatchObject([{ topN: 7, autoscaling: { maxReplicas: 3 } }]);
    expect(usable[0]?.resource.spec).not.toHaveProperty('shiny');
    expect([...stalled.keys()]).toEqual(['b']);
  });

  test('that can not be read are named with their fault, and hold no criterion', () => {
    const { usable, stalled } = listScorers([scorer('a', '01', { weight: -1 }), scorer('b', '02', { criterion: 'a' })]);
    expect(usable.map((one) => one.object.metadata.name)).toEqual(['b']);
    expect(stalled.get('a')).toMatchObject({ reason: 'Invalid', message: expect.stringContaining('weight') });
  });
});
