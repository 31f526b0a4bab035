import { BrokerRefusedError, BrokerUnavailableError, TopologyMismatchError } from '../broker/errors.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { KubeError } from '../operator/kube/errors.ts';
import { StoreUnavailableError } from '../store/port.ts';
import { GatewayError } from './ask-gateway.ts';

/** Errors whose message is a sentence for the person who typed the command. */
const spoken = [
  InvalidInputError,
  BrokerRefusedError,
  BrokerUnavailableError,
  TopologyMismatchError,
  StoreUnavailableError,
  GatewayError,
  KubeError,
] as const;

/** What `listen` fails with. */
export interface ListenError extends Error {
  code: string;
  address?: string;
  port?: number;
}

const isListenError = (error: unknown): error is ListenError =>
  error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'code' in error;

/** Why a port can't be listened on, as a sentence. */
export const explainListenError = ({
  code,
  address = 'this machine',
  port = 0,
}: Pick<ListenError, 'code' | 'address' | 'port'>): string => {
  if (code === 'EADDRINUSE')
    return `port ${port} on ${address} is taken: stop what listens there, or choose another by --port`;
  if (code === 'EACCES')
    return `port ${port} on ${address} needs more rights than this process has: choose one from 1024`;
  return `${address} can't be listened on (${code}): choose another by --host`;
};

/** What a person is told of an error: a sentence where it is one of input or surroundings, else the stack, for it is ours. */
export const explainError = (error: unknown): string => {
  if (isListenError(error)) return explainListenError(error);
  if (spoken.some((kind) => error instanceof kind)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};
