import type { Broker, Consumer } from '../broker/port.ts';
import type { Answer } from '../contract/answer.ts';
import { decodeAnswers } from '../contract/codec.ts';
import { gatewayTopology, type Names } from '../contract/topology.ts';
import type { SetAside } from './set-aside.ts';

const prefetch = 1_000;

/** Takes the answers off this gateway's reply queue. */
export const startReplies = async (options: {
  broker: Broker;
  names: Names;
  process: string;
  receive(answer: Answer): void;
  setAside: SetAside;
}): Promise<Consumer> => {
  const { broker, names, process, receive, setAside } = options;
  await broker.declare(gatewayTopology(names, process));
  return broker.consume({ queue: names.replies(process), prefetch }, (message) => {
    const decoded = decodeAnswers(message);
    if (!decoded.ok) return setAside(message, decoded.reason).then(() => 'ack' as const);
    for (const answer of decoded.value.answers) receive(answer);
    return 'ack';
  });
};
