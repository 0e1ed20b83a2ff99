/** An event as a reply shows it. */
import { isZone } from '../../src/model/when.ts';
import { instantIn, type SandboxEvent, withOffset } from './google-event.ts';
import type { GoogleCalendar } from './google-world.ts';

export type Viewing = Readonly<{
  calendar: GoogleCalendar;
  role: string;
  /** In whose clocks times are shown; null: the calendar's. */
  zone: string | null;
}>;

/** In a listing; of a cancelled event no more than which it was. */
export function shownEvent(event: SandboxEvent, etag: string, viewing: Viewing): SandboxEvent {
  if (event.status !== 'cancelled') return wholeEvent(event, etag, viewing);
  const { id, status, recurringEventId, originalStartTime } = event;
  const which = recurringEventId == null ? {} : { recurringEventId, ...(originalStartTime && { originalStartTime }) };
  return { kind: 'calendar#event', etag, id: id ?? null, status, ...which };
}

/** By itself; a cancelled one too. */
export function wholeEvent(event: SandboxEvent, etag: string, { calendar, role, zone }: Viewing): SandboxEvent {
  const { kind, id, status, start, end, iCalUID } = event;
  const plain = { kind: kind ?? 'calendar#event', etag, id: id ?? null, status: status ?? 'confirmed' };
  const clock = zone !== null && isZone(zone) ? zone : calendar.zone;
  const at = (moment: SandboxEvent['start']): SandboxEvent['start'] & object =>
    moment?.dateTime == null
      ? { ...moment }
      : { ...moment, dateTime: withOffset(instantIn(moment, calendar.zone), clock) };
  const times = { ...(start && { start: at(start) }), ...(end && { end: at(end) }) };
  if (role === 'freeBusyReader') return { ...plain, ...times, iCalUID: iCalUID ?? null, visibility: 'private' };
  return { ...event, ...plain, ...times };
}
