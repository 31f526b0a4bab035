import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './until.ts';

/** A RabbitMQ of several nodes on loopback, by Debian's server, whose nodes a test may kill; with an epmd of its own. */
export interface RabbitCluster {
  nodes: readonly RabbitNode[];
  /** As a Kubernetes Service does: a connection goes to the first node that takes it. */
  amqpUrl: string;
  managementUrl: string;
  stop(): Promise<void>;
}

export interface RabbitNode {
  name: string;
  amqpUrl: string;
  managementUrl: string;
  /** As a power cut does. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Debian's, or any other that takes its settings from the environment. */
const server = process.env.MEDLEY_TEST_RABBITMQ_SERVER ?? '/usr/lib/rabbitmq/bin/rabbitmq-server';
const startMs = 90_000;

const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((one) => once(one, 'listening')));
  const ports = servers.map((one) => (one.address() as { port: number }).port);
  await Promise.all(servers.map((one) => once(one.close(), 'close')));
  return ports;
};

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Forwards each connection to the first of the ports that is listening. */
const startService = async (ports: readonly number[]): Promise<{ port: number; close(): void }> => {
  const sockets = new Set<Socket>();
  const join = (near: Socket, far: Socket): void => {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  };
  const service: Server = createServer(async (near) => {
    sockets.add(near);
    near.on('error', () => {});
    near.on('close', () => sockets.delete(near));
    for (const port of ports) {
      if (!(await isListening(port))) continue;
      join(near, connect(port, '127.0.0.1'));
      return;
    }
    near.destroy();
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  return {
    port: (service.address() as { port: number }).port,
    close() {
      for (const socket of sockets) socket.destroy();
      service.close();
    },
  };
};

export const startRabbitCluster = async (count = 3): Promise<RabbitCluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'medley-rabbit-cluster-'));
  chmodSync(folder, 0o755);
  const [epmd = 0, ...ports] = await freePorts(1 + 3 * count);
  const names = Array.from({ length: count }, (_, at) => `medley${epmd}n${at}@localhost`);
  const processes = new Set<ChildProcess>();
  writeFileSync(join(folder, 'plugins'), '[rabbitmq_management].');

  const createNode = (name: string, at: number): RabbitNode => {
    const [amqp = 0, management = 0, dist = 0] = ports.slice(3 * at, 3 * at + 3);
    const own = join(folder, String(at));
    const peers = names.map((peer, n) => `cluster_formation.classic_config.nodes.${n + 1} = ${peer}`);
    mkdirSync(own);
    writeFileSync(
      join(own, 'rabbitmq.conf'),
      [
        `listeners.tcp.1 = 127.0.0.1:${amqp}`,
        `management.tcp.ip = 127.0.0.1`,
        `management.tcp.port = ${management}`,
        'cluster_formation.peer_discovery_backend = classic_config',
        ...peers,
        'cluster_partition_handling = pause_minority',
        'net_ticktime = 10',
        'disk_free_limit.absolute = 50MB',
      ].join('\n'),
    );
    const env = {
      ...{ PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8', RABBITMQ_NODENAME: name },
      ...{ RABBITMQ_DIST_PORT: String(dist), ERL_EPMD_PORT: String(epmd), ERL_EPMD_ADDRESS: '127.0.0.1' },
      ...{ RABBITMQ_PID_FILE: join(own, 'pid'), RABBITMQ_CONF_ENV_FILE: '/dev/null' },
      ...{ RABBITMQ_CONFIG_FILE: join(own, 'rabbitmq.conf'), RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins') },
      ...{ RABBITMQ_MNESIA_BASE: join(own, 'data'), RABBITMQ_LOG_BASE: join(own, 'log') },
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none',
    };
    let running: ChildProcess | null = null;
    return {
      name,
      amqpUrl: `amqp://guest:guest@127.0.0.1:${amqp}`,
      managementUrl: `http://guest:guest@127.0.0.1:${management}`,
      async kill() {
        const child = running;
        running = null;
        if (child === null) return;
        // The server's own process: the shell around it ends with it.
        process.kill(Number(readFileSync(join(own, 'pid'), 'utf8')), 'SIGKILL');
        if (child.exitCode === null) await once(child, 'exit');
        processes.delete(child);
      },
      async start() {
        const child = spawn(server, [], { cwd: own, env, stdio: 'ignore' });
        processes.add(child);
        running = child;
        await until(
          `node ${name} runs`,
          async () => {
            await sleep(300);
            return (await isListening(amqp)) && (await isListening(management));
          },
          startMs,
        );
      },
    };
  };

  const nodes = names.map(createNode);
  // The first a little before the others, so that they find a cluster to join; RabbitMQ 4 waits for its peers meanwhile.
  const started = await Promise.allSettled(
    nodes.map(async (node, at) => {
      await sleep(at * 1_500);
      await node.start();
    }),
  );
  const failed = started.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(nodes.map((node) => node.kill().catch(() => {})));
    throw failed.reason;
  }
  const portOf = (url: string): number => Number(new URL(url).port);
  const amqp = await startService(nodes.map(({ amqpUrl }) => portOf(amqpUrl)));
  const management = await startService(nodes.map(({ managementUrl }) => portOf(managementUrl)));
  return {
    nodes,
    amqpUrl: `amqp://guest:guest@127.0.0.1:${amqp.port}`,
    managementUrl: `http://guest:guest@127.0.0.1:${management.port}`,
    async stop() {
      amqp.close();
      management.close();
      await Promise.all(nodes.map((node) => node.kill()));
      const killEpmd = spawn('/usr/bin/epmd', ['-port', String(epmd), '-kill'], { stdio: 'ignore' });
      await once(killEpmd, 'exit').catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
