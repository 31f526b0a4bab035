import type { Broker, Consumer } from '../broker/port.ts';
import { decodeDemand } from '../contract/codec.ts';
import type { Demand } from '../contract/demand.ts';
import { controlKeys, controlTopology, type Names } from '../contract/topology.ts';

const prefetch = 200;

/** Hears what gateways and aggregators tell of demand; what can't be read is dropped, the next comes in a moment. */
export const startDemandListener = async (options: {
  broker: Broker;
  names: Names;
  process: string;
  take: (demand: Demand) => void;
}): Promise<Consumer> => {
  const { broker, names, take } = options;
  const process = `${options.process}-demand`;
  await broker.declare(controlTopology(names, { role: 'operator', process }, [controlKeys.demand]));
  return broker.consume({ queue: names.control('operator', process), prefetch }, (message) => {
    const decoded = decodeDemand(message);
    if (decoded.ok) take(decoded.value);
    return 'ack' as const;
  });
};
