import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listening HTTP server that ends without cutting anybody off. */
export interface HttpServer {
  port: number;
  /** Serves on, and tells every caller to connect elsewhere the next time. */
  leave(): void;
  /**
   * Takes no new connections, lets the open requests end and tells their callers to connect elsewhere; after
   * `patienceMs` it cuts what is left.
   */
  stop(patienceMs: number): Promise<void>;
}

/** Longer than the idle timeout of usual load balancers, so that it is they who end a connection. */
const keepAliveMs = 65_000;

/** @throws the listen error, such as EADDRINUSE */
export const listen = (handle: RequestListener, address: { host: string; port: number }): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const answering = new Set<ServerResponse>();
    let leaving = false;
    let stopping = false;
    const server = createServer({ keepAliveTimeout: keepAliveMs, noDelay: true }, (request, response) => {
      if (leaving) response.setHeader('Connection', 'close');
      answering.add(response);
      response.once('close', () => {
        answering.delete(response);
        if (stopping) server.closeIdleConnections();
      });
      handle(request, response);
    });

    const leave = (): void => {
      leaving = true;
      for (const response of answering) if (!response.headersSent) response.setHeader('Connection', 'close');
    };
    const stop = (patienceMs: number): Promise<void> =>
      new Promise((done) => {
        leave();
        stopping = true;
        const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
        server.close(() => {
          clearTimeout(cut);
          done();
        });
      });

    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve({ port: (server.address() as AddressInfo).port, leave, stop });
    });
  });
