import { expect, test } from '@jest/globals';
import { correlationFaults, runCorrelation } from './correlation.ts';

/** The drill asks 100,000 (npm run drill -- correlation); the test as many as there is time for. */
test('answers are never mixed, no group stays open and no memory is kept, whatever is put among the partials', async () => {
  const found = await runCorrelation({ requests: 15_000, warmUp: 25_000 });
  for (const kind of ['duplicate', 'foreign', 'unknown', 'stranger', 'wrong-round', 'repeated-late', 'late'])
    expect(found.injected[kind]).toBeGreaterThan(0);
  for (const result of ['duplicate', 'foreign', 'unknown', 'late', 'early'])
    expect(found.partials[result]).toBeGreaterThan(0);
  expect(correlationFaults(found)).toEqual([]);
}, 180_000);
