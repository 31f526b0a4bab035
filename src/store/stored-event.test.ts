import { describe, expect, it } from '@jest/globals';
import { toStoredEvent } from './stored-event.ts';

describe('an event as it is kept', () => {
  const event = { user: 'u', item: 'i', type: 'watch' as const };

  it('keeps its own id, moment and value', () => {
    expect(toStoredEvent({ ...event, id: 'e', atMs: 5, value: 0 }, 9)).toEqual({
      ...event,
      id: 'e',
      atMs: 5,
      value: 0,
    });
  });

  it('happened now where it says no moment, and has an id of user, item, type and moment where it says none', () => {
    expect(toStoredEvent(event, 9)).toEqual({ ...event, id: '["u","i","watch",9]', atMs: 9, value: null });
  });

  it('shares its id with no other event, whatever their ids hold', () => {
    const one = toStoredEvent({ ...event, user: 'a","b', item: 'c' }, 9);
    const other = toStoredEvent({ ...event, user: 'a', item: 'b","c' }, 9);
    expect(one.id).not.toBe(other.id);
  });
});
