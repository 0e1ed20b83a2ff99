/** When a VEVENT is. Pure. */
import { brandId } from '../model/ids.ts';
import { clockOddity, type When, type ZoneName } from '../model/when.ts';
import { IcalError } from './ical-error.ts';
import { type Property, propertyOf } from './property.ts';
import {
  allDay,
  endAfter,
  firstStamp,
  localDate,
  localDateTime,
  type Stamp,
  wallTimeIn,
  type ZoneReader,
  zoneOfStamp,
} from './time.ts';

/** What a person ought to know of how a time was read. */
export type TimeFlag = 'floating-time' | 'zone-guessed' | 'in-clock-gap';
type ReadWhen = Readonly<{ when: When; flags: readonly TimeFlag[] }>;

/**
 * @param home the zone of floating times, of whole days and of single events given in UTC
 * Throws IcalError `bad-value` and `unknown-zone`.
 */
export function readWhen(properties: readonly Property[], home: ZoneName, zones: ZoneReader): ReadWhen {
  const given = propertyOf(properties, 'DTSTART');
  if (!given) throw new IcalError('bad-value', 'the event has no DTSTART');
  const start = firstStamp(given);
  const end = propertyOf(properties, 'DTEND');
  const duration = propertyOf(properties, 'DURATION');
  if (start.kind === 'date') {
    const after = duration ? endAfter(localDateTime(`${start.date}T00:00:00`), home, duration.value) : null;
    const last = end ? wallTimeIn(home, firstStamp(end), zones) : after;
    return { when: allDay(start.date, last && localDate(last.slice(0, 10)), home), flags: [] };
  }
  return timed(properties, start, home, zones);
}

function timed(properties: readonly Property[], start: Stamp, home: ZoneName, zones: ZoneReader): ReadWhen {
  const end = propertyOf(properties, 'DTEND');
  const duration = propertyOf(properties, 'DURATION');
  const zone = zoneOfStamp(start, home, zones);
  const from = wallTimeIn(zone, start, zones);
  const given = end ? wallTimeIn(zone, firstStamp(end), zones) : null;
  const to = given ?? (duration ? endAfter(from, zone, duration.value) : from);
  if (to < from) throw new IcalError('bad-value', 'the event ends before it starts');
  const floating = start.kind === 'local' && start.tzid === null;
  if (isOutlookAllDay(properties) && from.endsWith('T00:00:00') && to.endsWith('T00:00:00')) {
    return { when: allDay(localDate(from.slice(0, 10)), localDate(to.slice(0, 10)), home), flags: [] };
  }
  const inGap = [from, to].some(local => clockOddity(local, zone) === 'in-clock-gap');
  return {
    when: { kind: 'timed', start: from, end: to, zone },
    flags: [...(floating ? ['floating-time' as const] : []), ...(inGap ? ['in-clock-gap' as const] : [])],
  };
}

function isOutlookAllDay(properties: readonly Property[]): boolean {
  return propertyOf(properties, 'X-MICROSOFT-CDO-ALLDAYEVENT')?.value.toUpperCase() === 'TRUE';
}

/** The zone that UTC times of a component mean: a rule given in UTC repeats in UTC, a single event is the office's. */
export function homeOf(properties: readonly Property[], zone: ZoneName): ZoneName {
  const start = propertyOf(properties, 'DTSTART');
  const repeats = propertyOf(properties, 'RRULE') !== null;
  return repeats && start !== null && firstStamp(start).kind === 'utc' ? utc : zone;
}

const utc = brandId<ZoneName>('UTC');
