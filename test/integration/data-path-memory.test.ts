import { createMemoryHub } from '../../src/broker/memory-hub.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { describeDataPath } from '../support/data-path.ts';

describeDataPath('the in-process broker', () => {
  const hub = createMemoryHub({ clock: systemClock, log: silentLog, metrics: noMetrics });
  return { connect: async (process) => hub.connect(process), close: async () => undefined };
});
