import { describe, expect, test } from '@jest/globals';
import { type ScorerStatus, statusNews } from './scorer-status.ts';

const status: ScorerStatus = {
  ...{ observedGeneration: 1, criterion: 'a', replicas: 1, readyReplicas: 1, selector: 'a=b' },
  queues: { generation: 0 },
  autoscaling: { mode: 'operator', wanted: 2, backlogRequests: 10, reason: 'backlog 10' },
  conditions: [],
};
const scaled = (change: object): ScorerStatus => ({
  ...status,
  autoscaling: { mode: 'operator', reason: '', ...status.autoscaling, ...change },
});

describe('a status', () => {
  test.each([
    ['the same', status, status, 'no'],
    ['the first', undefined, status, 'now'],
    ['one replica more', status, { ...status, readyReplicas: 2 }, 'now'],
    ['another count wanted', status, scaled({ wanted: 3 }), 'now'],
    ['another backlog alone', status, scaled({ backlogRequests: 11, reason: 'backlog 11' }), 'later'],
    ['a field that is undefined here and absent there', status, { ...status, more: undefined }, 'no'],
  ] as const)('%s: written %#', (_, before, after, expected) => {
    expect(statusNews(before, after)).toBe(expected);
  });
});
