import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import type { Log } from './log.ts';
import { run, type Scope } from './run.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const setUp = (main: (scope: Scope) => Promise<void>) => {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  const clock = createFakeClock();
  const lines: string[] = [];
  const note = (_: unknown, message: string) => void lines.push(message);
  const log = { debug: note, info: note, warn: note, error: note } as unknown as Log;
  const host = Object.assign(emitter, { exit: (code: number) => void exits.push(code) });
  const running = run({ log, clock, drainMs: 10_000, process: host }, main);
  return { signal: (name: string) => emitter.emit(name, name), emitter, exits, clock, lines, running };
};

describe('a running process', () => {
  test('lets go of what it acquired in reverse order on the first signal, then exits 0', async () => {
    const released: string[] = [];
    const { signal, exits, running } = setUp(async ({ defer }) => {
      for (const what of ['broker', 'scorer', 'ops']) defer(what, async () => void released.push(what));
    });
    await turns();
    expect(exits).toEqual([]);
    signal('SIGTERM');
    expect(await running).toBe(0);
    expect([released, exits]).toEqual([['ops', 'scorer', 'broker'], [0]]);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('exits at once on a second signal, %s', async (name, code) => {
    const { signal, exits, clock } = setUp(async ({ defer }) => defer('turtle', () => new Promise(() => {})));
    await turns();
    signal(name);
    await turns();
    expect(exits).toEqual([]);
    clock.advance(1_000);
    signal(name);
    expect(exits).toEqual([code]);
    clock.advance(10_000);
    await turns();
  });

  test('drains though one Ctrl-C comes twice: from the terminal, and from npm that passes it on', async () => {
    const released: string[] = [];
    let drain = (): void => {};
    const { signal, exits, clock, running } = setUp(async ({ defer }) => {
      defer('broker', () => void released.push('broker'));
      defer(
        'gateway',
        () =>
          new Promise<void>((resolve) => {
            drain = resolve;
          }),
      );
    });
    await turns();
    signal('SIGINT');
    await turns();
    clock.advance(999);
    signal('SIGINT');
    expect(exits).toEqual([]);
    drain();
    expect(await running).toBe(0);
    expect(released).toEqual(['broker']);
  });

  test('leaves behind what takes longer than the drain may, lets go of the rest, and exits 1', async () => {
    const released: string[] = [];
    const { signal, clock, lines, running } = setUp(async ({ defer }) => {
      defer('broker', () => void released.push('broker'));
      defer('turtle', () => new Promise(() => {}));
    });
    await turns();
    signal('SIGTERM');
    await turns();
    clock.advance(10_000);
    expect(await running).toBe(1);
    expect(released).toEqual(['broker']);
    expect(lines).toContain('takes too long to stop, it is left behind');
  });

  test('goes on letting go when one release throws', async () => {
    const released: string[] = [];
    const { signal, running } = setUp(async ({ defer }) => {
      defer('broker', () => void released.push('broker'));
      defer('broken', () => {
        throw new Error('no');
      });
    });
    await turns();
    signal('SIGTERM');
    expect(await running).toBe(0);
    expect(released).toEqual(['broker']);
  });

  test('lets go of what was acquired before the start failed, and exits 1 with the faults as the message', async () => {
    const released: string[] = [];
    const { lines, running } = setUp(async ({ defer }) => {
      defer('broker', () => void released.push('broker'));
      throw new InvalidInputError('The environment', ['MEDLEY_AMQP_URL is required']);
    });
    expect(await running).toBe(1);
    expect(released).toEqual(['broker']);
    expect(lines).toContain('The environment:\n  - MEDLEY_AMQP_URL is required');
  });

  test('waits for a start under way before it lets go, so that nothing noted late is left behind', async () => {
    const released: string[] = [];
    let connect = (): void => {};
    const { signal, running } = setUp(async ({ defer }) => {
      await new Promise<void>((resolve) => {
        connect = resolve;
      });
      defer('broker', () => void released.push('broker'));
    });
    signal('SIGTERM');
    await turns();
    connect();
    await running;
    expect(released).toEqual(['broker']);
  });

  test('can stop itself with a code, and leaves no signal listener', async () => {
    const { running, emitter } = setUp(async ({ stop, stopping }) => {
      expect(stopping.aborted).toBe(false);
      stop('done', 3);
      expect(stopping.aborted).toBe(true);
    });
    expect(await running).toBe(3);
    expect(emitter.eventNames()).toEqual([]);
  });
});
