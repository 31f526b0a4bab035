import type { FeedbackEvent } from '../contract/item.ts';
import type { StoredEvent } from './port.ts';

/**
 * An event as it is kept: one without a moment happened now, one without an id is told from others by user, item, type
 * and moment. The same event sent twice therefore has one id, unless it named neither id nor moment.
 */
export const toStoredEvent = (event: FeedbackEvent, nowMs: number): StoredEvent => {
  const { user, item, type, value = null, atMs = nowMs } = event;
  // As JSON, so that no two events share an id whatever their ids hold.
  return { id: event.id ?? JSON.stringify([user, item, type, atMs]), user, item, type, value, atMs };
};
