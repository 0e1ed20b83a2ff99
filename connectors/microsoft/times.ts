/** Start and end as Graph takes and gives them, and the wall times of the model. Pure. */
import { brandId, type Instant } from '../../src/model/ids.ts';
import {
  addDays,
  clockOddity,
  instantOf,
  isLocalDate,
  localAt,
  type When,
  type ZoneName,
} from '../../src/model/when.ts';
import type { GraphEvent } from './wire.ts';
import { outlookZone, zoneOfNames } from './zones.ts';

const utc = brandId<ZoneName>('UTC');

/**
 * How an event is written. A series is in its own zone, or it would drift when clocks change; a single event whose
 * clock time is skipped or comes twice is written in UTC, and whole days always, since they have no zone.
 */
export function writeTimes(when: When, repeats: boolean) {
  if (when.kind === 'all-day') {
    const at = (date: string) => ({ dateTime: `${date}T00:00:00`, timeZone: 'UTC' });
    return { start: at(when.start), end: at(when.end), isAllDay: true };
  }
  const { start, end, zone } = when;
  const odd = !repeats && [start, end].some(local => clockOddity(local, zone) !== null);
  const at = (local: typeof start) =>
    odd
      ? { dateTime: localAt(instantOf(local, zone), utc), timeZone: 'UTC' }
      : { dateTime: local, timeZone: outlookZone(zone) };
  return { start: at(start), end: at(end), isAllDay: false };
}

/** The zone under which the dates of a series stand. */
export function recurrenceZone(when: When): string {
  return when.kind === 'all-day' ? 'UTC' : outlookZone(when.zone);
}

/** @param zone for wall times @param days for whole days. null: start or end is missing */
export function readTimes({ start, end, isAllDay }: GraphEvent, zone: ZoneName, days: ZoneName): When | null {
  if (!start || !end) return null;
  if (isAllDay) {
    const [first, last] = [start.dateTime.slice(0, 10), end.dateTime.slice(0, 10)];
    if (!isLocalDate(first) || !isLocalDate(last)) return null;
    return { kind: 'all-day', start: first, end: last > first ? last : addDays(first, 1), zone: days };
  }
  const [from, to] = [start, end].map(({ dateTime, timeZone }) => instantAt(dateTime, timeZone ?? 'UTC'));
  if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to)) return null;
  return { kind: 'timed', start: localAt(from, zone), end: localAt(Math.max(from, to), zone), zone };
}

/** The zone of a single event; ours is the one it was given in. null: its name means nothing. */
export function singleZone(event: GraphEvent, given: ZoneName | null, home: ZoneName): ZoneName | null {
  if (given !== null) return given;
  const zone = zoneOfNames([event.originalStartTimeZone, event.originalEndTimeZone]);
  // An event in UTC is one whose writer did not say where it is.
  return zone !== null && isUtc(zone) ? home : zone;
}

/** The zone in which a series repeats. null: its name means nothing. */
export function seriesZone(event: GraphEvent, given: ZoneName | null): ZoneName | null {
  const range = event.recurrence?.range;
  const names = [range?.recurrenceTimeZone, event.originalStartTimeZone, event.originalEndTimeZone];
  const name = names.find(each => each);
  const own = event.isAllDay || (given !== null && (name === outlookZone(given) || name === given));
  return own && given !== null ? given : zoneOfNames(names);
}

/** An instant without zone, as Graph writes it where UTC is meant. */
export function utcOf(text: string): Instant {
  return Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text.slice(0, 19)}Z`);
}

function instantAt(dateTime: string, timeZone: string): Instant {
  if (isUtc(timeZone)) return utcOf(dateTime);
  const zone = zoneOfNames([timeZone]) ?? utc;
  const local = Temporal.PlainDateTime.from(dateTime.slice(0, 19));
  return local.toZonedDateTime(zone).epochMilliseconds;
}

function isUtc(name: string): boolean {
  return /^(?:utc|etc\/utc|tzone:\/\/microsoft\/utc)$/i.test(name);
}
