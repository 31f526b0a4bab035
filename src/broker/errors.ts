import { maximumMessageBytes } from '../contract/control.ts';

/** A mandatory message reached no queue. Blast radius: that message; the channel lives on. */
export class PublishReturnedError extends Error {
  override readonly name = 'PublishReturnedError';
}

/** The broker refused a message (a full `reject-publish` queue, a quorum without majority). Others may have taken their copy. */
export class PublishNackedError extends Error {
  override readonly name = 'PublishNackedError';
}

/** No connection, or blocked for longer than the publisher waits, or lost before the confirm came. Blast radius: everything until it reconnects. */
export class BrokerUnavailableError extends Error {
  override readonly name = 'BrokerUnavailableError';
}

/** Larger than the contract allows; refused before a byte was sent. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError';
}

/** A queue or exchange exists with other arguments, which never change in place. Blast radius: the start of the process. */
export class TopologyMismatchError extends Error {
  override readonly name = 'TopologyMismatchError';
}

/** An exchange or queue that somebody else declares is not there (yet). Blast radius: the start of the process. */
export class TopologyMissingError extends Error {
  override readonly name = 'TopologyMissingError';
}

/** A classic queue lives on one node of the cluster, and that node is gone. Blast radius: that queue, under that name. */
export class HomeNodeDownError extends Error {
  override readonly name = 'HomeNodeDownError';
}

/** The broker will not have this process: wrong user, password or virtual host. Blast radius: the start of the process. */
export class BrokerRefusedError extends Error {
  override readonly name = 'BrokerRefusedError';
}

/** What is wrong with the size of a body, if anything. */
export const tooLarge = (body: Buffer): MessageTooLargeError | null =>
  body.length > maximumMessageBytes
    ? new MessageTooLargeError(`${body.length} bytes, at most ${maximumMessageBytes} are sent`)
    : null;

/** The `result` label of a publish. */
export const publishResult = (error: Error | null): string => {
  if (error === null) return 'confirmed';
  if (error instanceof PublishReturnedError) return 'returned';
  if (error instanceof PublishNackedError) return 'nacked';
  return error instanceof MessageTooLargeError ? 'too-large' : 'unavailable';
};
