/** Identity chosen before the first request, so that every retry means the same item. Pure; no chance in it. */
import { createHash } from 'node:crypto';
import type { CalendarId, CopyKey, EventId, ProductionId } from './ids.ts';

function digest(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The create key of one event's copy in one calendar: the same on every retry, another in each generation. */
export function copyKey(production: ProductionId, event: EventId, calendar: CalendarId, generation: number): CopyKey {
  return digest('copy', production, event, calendar, generation).slice(0, 32) as CopyKey;
}

/**
 * The iCalendar UID of an event. Derived from ids only, so that a store built anew from the same sheets speaks of
 * the same events; `incarnation` is raised when an id is used again after a cancellation (a dead UID is never revived).
 */
export function eventUid(production: ProductionId, event: EventId, incarnation: number): string {
  const hex = digest('event', production, event, incarnation);
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `9${hex.slice(17, 20)}`, hex.slice(20, 32)];
  return `${uuid.join('-')}@callboard`;
}

/** A short stable name for a text, e.g. to tell two calendars of one person apart. */
export function shortHash(text: string): string {
  return digest('short', text).slice(0, 8);
}
