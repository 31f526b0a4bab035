import { describeBroker } from '../../test/support/broker-conformance.ts';
import { createHarness, realClock } from '../../test/support/broker-fixture.ts';
import { createMemoryHub, type MemoryHub } from './memory-hub.ts';

describeBroker('the in-process broker', () => {
  let hub: MemoryHub | undefined;
  return createHarness({
    async open(telemetry, name, options) {
      hub ??= createMemoryHub({ ...telemetry, clock: realClock });
      return hub.connect(name, options);
    },
  });
});
