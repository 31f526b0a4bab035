import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback, for faults no broker makes on demand. */
export interface TcpProxy {
  /** The same address through the proxy. */
  through(url: string): string;
  /** Ends every connection at once. */
  cut(): void;
  /** Forwards nothing in either direction and says nothing, as a lost network does. */
  stall(): void;
  /** Forwards again, what was held first. */
  resume(): void;
  /** Ends every connection, and each new one, until `accept`. */
  refuse(): void;
  accept(): void;
  connections(): number;
  close(): Promise<void>;
}

export const startTcpProxy = async (target: string): Promise<TcpProxy> => {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let stalled = false;
  let refusing = false;

  const forward = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => to.write(chunk));
    from.on('error', () => {});
    from.on('close', () => to.destroy());
    if (stalled) from.pause();
  };
  const server = createServer((near) => {
    if (refusing) {
      near.destroy();
      return;
    }
    const far = connect(Number(port || 5672), hostname);
    for (const socket of [near, far]) socket.setNoDelay(true);
    const pair = [near, far] as const;
    pairs.add(pair);
    near.on('close', () => pairs.delete(pair));
    forward(near, far);
    forward(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;

  const cut = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    through(url) {
      const moved = new URL(url);
      moved.hostname = '127.0.0.1';
      moved.port = String(own);
      return moved.href;
    },
    cut,
    stall() {
      stalled = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    resume() {
      stalled = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    refuse() {
      refusing = true;
      cut();
    },
    accept() {
      refusing = false;
    },
    connections: () => pairs.size,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
