import type { Socket } from 'node:net';
import type { ChannelModel } from 'amqplib';

/** The socket under a connection, which amqplib keeps to itself. */
const socketOf = (model: ChannelModel): Socket => (model.connection as unknown as { stream: Socket }).stream;

/** Ends a connection now; with a cause amqplib notices it and says so. It leaves a socket half open when the other side is silent. */
export const destroySocket = (model: ChannelModel, cause?: Error): void => {
  socketOf(model).destroy(cause);
};

/**
 * Writes of one turn of the event loop leave in one system call and one packet.
 *
 * amqplib writes every frame by itself; under load that costs a sixth of this process's time. Nothing waits longer:
 * the socket is uncorked before the turn ends.
 */
export const coalesceWrites = (model: ChannelModel): void => {
  const socket = socketOf(model);
  const write: (chunk: Uint8Array) => boolean = socket.write.bind(socket);
  let corked = false;
  socket.write = (chunk: Uint8Array | string): boolean => {
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(() => {
        corked = false;
        socket.uncork();
      });
    }
    return write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  };
};
