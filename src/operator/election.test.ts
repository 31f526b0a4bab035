import { describe, expect, test } from '@jest/globals';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { silentLog } from '../runtime/log.ts';
import { startElection } from './election.ts';
import { KubeError } from './kube/errors.ts';
import type { KubeObject } from './kube/object.ts';

const settle = async () => {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
};

/** One Lease as the API server keeps it: every write needs the version it read. */
const createLeases = () => {
  let held: KubeObject | null = null;
  let version = 0;
  let down = false;
  const answer = async <T>(work: () => T): Promise<T> => {
    if (down) throw new KubeError(0, 'Unreachable', 'away');
    return work();
  };
  const keep = (object: KubeObject): KubeObject => {
    version += 1;
    held = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    return held;
  };
  return {
    kube: {
      get: () => answer(() => held),
      create: (object: KubeObject) =>
        answer(() => {
          if (held !== null) throw new KubeError(409, 'AlreadyExists', 'there is one');
          return keep(object);
        }),
      replace: (object: KubeObject) =>
        answer(() => {
          if (held?.metadata.resourceVersion !== object.metadata.resourceVersion) {
            throw new KubeError(409, 'Conflict', 'changed meanwhile');
          }
          return keep(object);
        }),
    },
    setDown: (value: boolean) => {
      down = value;
    },
    holder: () => (held?.spec as { holderIdentity?: string } | undefined)?.holderIdentity,
    transitions: () => (held?.spec as { leaseTransitions?: number } | undefined)?.leaseTransitions,
  };
};

const candidate = (identity: string, clock: FakeClock, leases: ReturnType<typeof createLeases>) => {
  const changes: boolean[] = [];
  const options = { name: 'l', identity, clock, random: () => 0.5, log: silentLog };
  const election = startElection({ ...options, kube: leases.kube, onChange: (one) => changes.push(one) });
  return { election, changes };
};

const pass = async (clock: FakeClock, ms: number) => {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.advance(500);
    await settle();
  }
};

describe('the election', () => {
  test('gives the lease to the first, and to nobody else while it is renewed', async () => {
    const [clock, leases] = [createFakeClock(), createLeases()];
    const a = candidate('a', clock, leases);
    await settle();
    const b = candidate('b', clock, leases);
    await pass(clock, 60_000);
    expect([a.election.leading(), b.election.leading(), leases.holder()]).toEqual([true, false, 'a']);
    expect([a.changes, b.changes]).toEqual([[true], []]);
  });

  test('passes to another at once when it is released', async () => {
    const [clock, leases] = [createFakeClock(), createLeases()];
    const a = candidate('a', clock, leases);
    await settle();
    const b = candidate('b', clock, leases);
    await pass(clock, 5_000);
    await a.election.stop();
    expect([a.election.leading(), leases.holder()]).toEqual([false, '']);
    await pass(clock, 2_500);
    expect([b.election.leading(), leases.holder(), leases.transitions()]).toEqual([true, 'b', 2]);
  });

  test('ends on its own ten seconds after the last renewal began, before another may begin', async () => {
    const [clock, leases] = [createFakeClock(), createLeases()];
    const a = candidate('a', clock, leases);
    await settle();
    const b = candidate('b', clock, leases);
    await pass(clock, 4_000);
    leases.setDown(true);
    await pass(clock, 8_000);
    expect(a.election.leading()).toBe(true);
    await pass(clock, 2_500);
    expect([a.election.leading(), b.election.leading(), a.changes]).toEqual([false, false, [true, false]]);
    leases.setDown(false);
    await pass(clock, 20_000);
    expect([a.election.leading(), b.election.leading()].filter(Boolean)).toHaveLength(1);
  });

  test('takes over from one that died, after the lease ran out on its own clock', async () => {
    const [clock, leases] = [createFakeClock(), createLeases()];
    const died = createFakeClock();
    candidate('a', died, leases);
    await settle();
    const b = candidate('b', clock, leases);
    await pass(clock, 14_000);
    expect(b.election.leading()).toBe(false);
    clock.step(-3_600_000);
    await pass(clock, 4_000);
    expect([b.election.leading(), leases.holder()]).toEqual([true, 'b']);
  });

  test('releases nothing that another holds', async () => {
    const [clock, leases] = [createFakeClock(), createLeases()];
    candidate('a', clock, leases);
    await settle();
    const b = candidate('b', clock, leases);
    await settle();
    await b.election.stop();
    expect(leases.holder()).toBe('a');
  });
});
