import { describe, expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { silentLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import type { Artefacts } from './engine.ts';
import { createModelKeeper, joinVersions } from './model-keeper.ts';
import { type ModelSource, ModelUnavailableError } from './model-source.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const setUp = (needs: readonly string[]) => {
  const published = new Map<string, string>();
  const loads: (string | null)[] = [];
  const state = { down: false, bad: '', readyFails: 0, readyCalls: 0 };
  const source: ModelSource = {
    async latest(name, known) {
      if (state.down) throw new ModelUnavailableError('nobody there');
      const version = published.get(name);
      return version === undefined || version === known ? null : { version, bytes: new Uint8Array(1) };
    },
  };
  const load = async (artefacts: Artefacts, version: string | null): Promise<void> => {
    loads.push(version);
    if (Object.keys(artefacts).length !== needs.length) throw new Error('incomplete');
    if (version === state.bad) throw new Error('no model');
  };
  const clock = createFakeClock();
  const metrics = createMetrics({ processMetrics: false });
  const onReady = async (): Promise<void> => {
    state.readyCalls += 1;
    if (state.readyCalls <= state.readyFails) throw new Error('no such queue');
  };
  const options = {
    source,
    engine: { needs, load },
    criterion: 'genres',
    pollMs: 5_000,
    clock,
    log: silentLog,
    metrics,
    onReady,
  };
  const keeper = createModelKeeper(options);
  const poll = async (times = 1): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      clock.advance(5_000);
      await turns();
    }
  };
  return { keeper, published, loads, state, poll, metrics };
};

describe('a model keeper', () => {
  test('is ready at once, and looks no further, when nothing is needed', async () => {
    const { keeper, loads, state, poll } = setUp([]);
    await keeper.start();
    await poll(3);
    expect([keeper.ready(), keeper.fault(), loads, state.readyCalls]).toEqual([true, null, [null], 1]);
  });

  test('waits until every model is there, and says for which', async () => {
    const { keeper, published, loads, state, poll } = setUp(['facts', 'genres']);
    published.set('facts', '1');
    await keeper.start();
    expect([keeper.ready(), keeper.fault(), loads, state.readyCalls]).toEqual([
      false,
      'waits for genres to be published',
      [],
      0,
    ]);
    published.set('genres', '7');
    await poll();
    expect([keeper.ready(), keeper.fault(), loads, state.readyCalls]).toEqual([true, null, ['facts@1+genres@7'], 1]);
  });

  test('swaps when a version changes, once, and says so', async () => {
    const { keeper, published, loads, state, poll, metrics } = setUp(['facts']);
    published.set('facts', '1');
    await keeper.start();
    published.set('facts', '2');
    await poll(3);
    expect([loads, keeper.versions(), state.readyCalls]).toEqual([['1', '2'], { facts: '2' }, 1]);
    const text = await metrics.text();
    expect(text).toContain('medley_scorer_model_info{criterion="genres",model="facts",version="2"} 1');
    expect(text).not.toContain('version="1"');
    expect(text).toContain('medley_scorer_model_swaps_total{criterion="genres",result="loaded"} 2');
  });

  test('keeps what is in use when a new version is no good, tries it once a minute, and takes the next', async () => {
    const { keeper, published, loads, state, poll } = setUp(['facts']);
    published.set('facts', '1');
    await keeper.start();
    state.bad = '2';
    published.set('facts', '2');
    await poll(11);
    expect([loads, keeper.ready(), keeper.versions()]).toEqual([['1', '2'], true, { facts: '1' }]);
    expect(keeper.fault()).toBe('model could not be loaded: no model');
    await poll(2);
    expect(loads).toEqual(['1', '2', '2']);
    published.set('facts', '3');
    await poll();
    expect([loads.at(-1), keeper.fault()]).toEqual(['3', null]);
  });

  test('keeps what is in use while nobody answers, and says so', async () => {
    const { keeper, published, state, poll } = setUp(['facts']);
    published.set('facts', '1');
    await keeper.start();
    state.down = true;
    await poll();
    expect([keeper.ready(), keeper.fault()]).toEqual([true, 'model facts: nobody there']);
    state.down = false;
    await poll();
    expect(keeper.fault()).toBeNull();
  });

  test('announces itself again when that failed', async () => {
    const { keeper, state, poll } = setUp([]);
    state.readyFails = 1;
    await keeper.start();
    expect(keeper.fault()).toBe("its queues can't be read: no such queue");
    await poll(3);
    expect([state.readyCalls, keeper.fault()]).toEqual([2, null]);
  });

  test('looks no more once it is stopped', async () => {
    const { keeper, published, loads, poll } = setUp(['facts']);
    await keeper.start();
    keeper.stop();
    published.set('facts', '1');
    await poll(2);
    expect(loads).toEqual([]);
  });
});

test.each([
  [{}, null],
  [{ facts: 'a'.repeat(64) }, 'a'.repeat(64)],
  [{ b: '2'.repeat(64), a: '1'.repeat(64) }, 'a@111111111111+b@222222222222'],
])('versions %j are told as one', (versions, joined) => {
  expect(joinVersions(versions)).toBe(joined);
});
