import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

/** The gateways as a load balancer sees them: turns to those that are ready, and away from one that can't be reached. */
export interface Doors {
  /** The next ready one in turn; where none is, the next one all the same. */
  pick(): number;
  /** Turns away from it until it is ready again. */
  avoid(door: number): void;
  /** @throws the error of the connection */
  send(door: number, request: DoorRequest): Promise<DoorAnswer>;
  close(): Promise<void>;
}

export interface DoorRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** How long an answer may take, ms. */
  patienceMs: number;
}

export interface DoorAnswer {
  status: number;
  requestId: string | undefined;
  retryAfter: string | undefined;
  body: string;
}

const lookMs = 100;
const lookPatienceMs = 1_000;
const connections = 512;

const header = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Whether the connection could not be made at all: nobody has seen the request. */
export const wasRefused = (error: unknown): boolean => (error as { code?: unknown }).code === 'ECONNREFUSED';

export const createDoors = (bases: readonly string[]): Doors => {
  const pools = bases.map(
    (base) => new Pool(base, { connections, pipelining: 1, keepAliveTimeout: 60_000, connect: { timeout: 5_000 } }),
  );
  const ready = bases.map(() => true);
  let turn = 0;
  let closed = false;

  const look = async (door: number): Promise<void> => {
    while (!closed) {
      ready[door] = await fetch(`${bases[door]}/readyz`, { signal: AbortSignal.timeout(lookPatienceMs) }).then(
        (response) => response.ok,
        () => false,
      );
      await sleep(lookMs);
    }
  };
  const looking = bases.map((_, door) => look(door));

  return {
    pick() {
      for (let step = 0; step < bases.length; step += 1) {
        turn = (turn + 1) % bases.length;
        if (ready[turn]) return turn;
      }
      return turn;
    },
    avoid(door) {
      ready[door] = false;
    },
    async send(door, { method, path, headers = {}, body, patienceMs }) {
      const response = await (pools[door] as Pool).request({
        ...{ method, path, headers, body: body ?? null },
        headersTimeout: patienceMs,
        bodyTimeout: patienceMs,
      });
      return {
        status: response.statusCode,
        requestId: header(response.headers['x-request-id']),
        retryAfter: header(response.headers['retry-after']),
        body: await response.body.text(),
      };
    },
    async close() {
      closed = true;
      await Promise.all(looking);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
};
