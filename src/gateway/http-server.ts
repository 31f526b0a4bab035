import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listening HTTP server that ends without cutting anybody off. */
export interface HttpServer {
  port: number;
  /** Takes no new connections, lets the open requests end, then closes; after `patienceMs` it cuts what is left. */
  stop(patienceMs: number): Promise<void>;
}

/** Longer than the idle timeout of usual load balancers, so that it is they who end a connection. */
const keepAliveMs = 65_000;

/** @throws the listen error, such as EADDRINUSE */
export const listen = (handle: RequestListener, address: { host: string; port: number }): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const server = createServer({ keepAliveTimeout: keepAliveMs, noDelay: true }, handle);
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      const { port } = server.address() as AddressInfo;
      resolve({
        port,
        stop: (patienceMs) =>
          new Promise((done) => {
            const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
            server.close(() => {
              clearTimeout(cut);
              done();
            });
            server.closeIdleConnections();
          }),
      });
    });
  });
