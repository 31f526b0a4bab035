import { request as open } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DoorAnswer, DoorRequest, Doors } from '../../faults/doors.ts';

/**
 * The gateway as a load balancer in front of the nodes sees it: a NodePort, a new connection for each request, nodes in turn.
 *
 * It looks after kube-proxy's own health port as those of the clouds do, so it leaves a node that is gone within a second.
 * Which gateway a node hands a connection to is the cluster's choice: one handed to a pod that is gone is not taken, and the
 * caller turns to the next node after `connectMs`.
 */
const lookMs = 500;
const lookPatienceMs = 1_000;
const connectMs = 500;
const healthPort = 10_256;

class DoorError extends Error {
  override readonly name = 'DoorError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const once = (address: string, port: number, request: DoorRequest): Promise<DoorAnswer> =>
  new Promise((resolve, reject) => {
    const { method, path, headers = {}, body, patienceMs } = request;
    let connected = false;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const call = open(
      { host: address, port, method, path, agent: false, headers: { ...headers, ...length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        const header = (name: string): string | undefined => {
          const value = answer.headers[name];
          return Array.isArray(value) ? value[0] : value;
        };
        answer.on('end', () => {
          clear();
          const known = { requestId: header('x-request-id'), retryAfter: header('retry-after') };
          resolve({ status: answer.statusCode ?? 0, ...known, body: text });
        });
        answer.on('error', (error) => call.destroy(error));
      },
    );
    const timers = [
      setTimeout(() => {
        if (!connected) call.destroy(new DoorError('ECONNREFUSED', 'the connection was not taken'));
      }, connectMs),
      setTimeout(() => call.destroy(new DoorError('UND_ERR_HEADERS_TIMEOUT', 'no answer')), patienceMs),
    ];
    const clear = (): void => {
      for (const timer of timers) clearTimeout(timer);
    };
    call.on('socket', (socket) => {
      socket.on('connect', () => {
        connected = true;
      });
    });
    call.on('error', (error) => {
      clear();
      reject(connected ? error : new DoorError('ECONNREFUSED', error.message));
    });
    call.end(body);
  });

/** Ready as its kube-proxy says; where that never said anything, always. */
const isHealthy = (address: string): Promise<boolean> =>
  fetch(`http://${address}:${healthPort}/healthz`, { signal: AbortSignal.timeout(lookPatienceMs) }).then(
    (response) => response.ok,
    () => false,
  );

export const createNodeDoors = (addresses: readonly string[], port: number): Doors => {
  const ready = addresses.map(() => true);
  let turn = 0;
  let closed = false;

  const look = async (door: number): Promise<void> => {
    let tells = false;
    while (!closed) {
      const healthy = await isHealthy(addresses[door] as string);
      tells ||= healthy;
      ready[door] = healthy || !tells;
      await sleep(lookMs);
    }
  };
  const looking = addresses.map((_, door) => look(door));

  return {
    pick() {
      for (let step = 0; step < addresses.length; step += 1) {
        turn = (turn + 1) % addresses.length;
        if (ready[turn]) return turn;
      }
      return turn;
    },
    // Its pod may be gone while the node is well: the next look tells.
    avoid() {},
    send: (door, request) => once(addresses[door] as string, port, request),
    async close() {
      closed = true;
      await Promise.all(looking);
    },
  };
};
