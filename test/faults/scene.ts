import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';
import { callOnce } from './callers.ts';
import { createDoors } from './doors.ts';
import { startWorld } from './world.ts';
import { freePort, type WorldOptions } from './world-plans.ts';

/** Medley as a drill of speed needs it, whichever way it runs. */
export interface Scene {
  /** Where its gateways are. */
  bases: readonly string[];
  /** What its aggregators count, as Prometheus texts. */
  aggregatorMetrics(): Promise<readonly string[]>;
  /** What scorers noted, where they do. */
  scored(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('./embedded-process.ts', import.meta.url));

/** One process, as `npm start` runs it. */
const startEmbeddedScene = async (options: WorldOptions): Promise<Scene> => {
  const [port, internalPort] = [await freePort(), await freePort()];
  const child = fork(program, [JSON.stringify({ ...options, port, internalPort })], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    ended.then(() => {
      throw new Error('the embedded process ended before it was ready');
    }),
  ]);
  return {
    bases: [`http://127.0.0.1:${port}`],
    aggregatorMetrics: async () => [await (await fetch(`http://127.0.0.1:${internalPort}/metrics`)).text()],
    scored: async () => [],
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** The first answers may come before a scorer takes work. */
const warm = async (scene: Scene): Promise<Scene> => {
  const doors = createDoors(scene.bases);
  try {
    await until('a first whole answer', async () => {
      const call = await callOnce(doors, { user: 'first', nonce: 'once', recommender: 'home' });
      return call.verdict === 'whole' || call.verdict === 'partial';
    });
    return scene;
  } catch (error) {
    await scene.stop();
    throw error;
  } finally {
    await doors.close();
  }
};

/** @param broker an amqp:// address, or `embedded` */
export const startScene = async (options: WorldOptions, broker: string, gateways = 1): Promise<Scene> => {
  if (broker === 'embedded') return warm(await startEmbeddedScene(options));
  const world = await startWorld({ ...options, amqpUrl: broker, gateways, journal: true });
  return warm({
    bases: world.gateways.map(({ base }) => base),
    aggregatorMetrics: () => world.metrics('aggregator'),
    scored: world.scored,
    stop: world.stop,
  });
};
