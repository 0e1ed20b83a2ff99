/** Dates and times as content lines hold them, and what they mean. Pure. RFC 5545 sections 3.3.4 to 3.3.6. */
import { brandId, type Instant } from '../model/ids.ts';
import type { OccurrenceStart } from '../model/series.ts';
import {
  addDays,
  instantOf,
  isLocalDate,
  isLocalDateTime,
  type LocalDate,
  type LocalDateTime,
  localAt,
  type When,
  type ZoneName,
} from '../model/when.ts';
import { IcalError } from './ical-error.ts';
import type { Property } from './property.ts';

/** A value before its zone is known. `tzid` null: a floating time. */
export type Stamp = Readonly<
  | { kind: 'date'; date: LocalDate }
  | { kind: 'local'; local: LocalDateTime; tzid: string | null }
  | { kind: 'utc'; instant: Instant }
>;

/** Which zone a TZID is in this calendar object. Throws IcalError `unknown-zone`. */
export type ZoneReader = (tzid: string, year: number) => ZoneName;

/** The dates and times of one property; several in EXDATE and RDATE. Throws IcalError `bad-value`. */
export function stampsOf(property: Property): readonly Stamp[] {
  const tzid = property.params.get('TZID');
  return property.value
    .split(',')
    .map(text => stampOf(text, tzid === undefined || tzid === '' ? null : tzid, property.name));
}

export function firstStamp(property: Property): Stamp {
  const [stamp] = stampsOf(property);
  if (!stamp) throw new IcalError('bad-value', `${property.name} is empty`);
  return stamp;
}

/** Accepts what is often sent: a DATE without VALUE=DATE, ISO 8601 separators, a PERIOD (its start), second 60. */
function stampOf(text: string, tzid: string | null, name: string): Stamp {
  const found = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z?))?$/i.exec(text.split('/')[0]?.trim() ?? '');
  const [, year, month, day, hour, minute, second = '00', zulu] = found ?? [];
  const date = `${year}-${month}-${day}`;
  if (isLocalDate(date)) {
    if (hour === undefined) return { kind: 'date', date };
    const local = `${date}T${hour}:${minute}:${second === '60' ? '59' : second}`;
    if (isLocalDateTime(local)) {
      return zulu ? { kind: 'utc', instant: Date.parse(`${local}Z`) } : { kind: 'local', local, tzid };
    }
  }
  throw new IcalError('bad-value', `${name} is not a date or time such as 20270316 or 20270316T080000`);
}

/** A zone for a stamp: its own, or `home` for floating and UTC ones. */
export function zoneOfStamp(stamp: Stamp, home: ZoneName, zones: ZoneReader): ZoneName {
  if (stamp.kind !== 'local' || stamp.tzid === null) return home;
  return zones(stamp.tzid, Number(stamp.local.slice(0, 4)));
}

/** The wall time that `zone` shows at a stamp; floating times and dates (their midnight) are taken as that zone's. */
export function wallTimeIn(zone: ZoneName, stamp: Stamp, zones: ZoneReader): LocalDateTime {
  if (stamp.kind === 'utc') return localAt(stamp.instant, zone);
  if (stamp.kind === 'date') return midnight(stamp.date);
  const own = zoneOfStamp(stamp, zone, zones);
  return own === zone ? stamp.local : localAt(instantOf(stamp.local, own), zone);
}

/**
 * The occurrence of a series that a RECURRENCE-ID or EXDATE names. Programs write it in UTC, in their own zone or in
 * the series'; compared are instants. A date names that day's occurrence.
 */
export function occurrenceOf(stamp: Stamp, when: When, zones: ZoneReader): OccurrenceStart {
  const local = wallTimeIn(when.zone, stamp, zones);
  if (when.kind === 'all-day') {
    // A wall time stands for its day in whatever zone it was written.
    return brandId(stamp.kind === 'local' ? stamp.local.slice(0, 10) : local.slice(0, 10));
  }
  return brandId(stamp.kind === 'date' ? `${stamp.date}${when.start.slice(10)}` : local);
}

function midnight(date: LocalDate): LocalDateTime {
  return localDateTime(`${date}T00:00:00`);
}

/** For text that was put together from valid parts. Throws IcalError `bad-value` where it is not. */
export function localDateTime(text: string): LocalDateTime {
  if (!isLocalDateTime(text)) throw new IcalError('bad-value', 'a time is out of range');
  return text;
}

export function localDate(text: string): LocalDate {
  if (!isLocalDate(text)) throw new IcalError('bad-value', 'a date is out of range');
  return text;
}

/**
 * The end that a DURATION gives: weeks and days follow the wall clock, hours are exact (RFC 5545 section 3.3.6).
 * Throws IcalError `bad-value`.
 */
export function endAfter(start: LocalDateTime, zone: ZoneName, duration: string): LocalDateTime {
  const text = duration.trim().toUpperCase();
  const found = /^\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$/.exec(text);
  if (!found) throw new IcalError('bad-value', 'DURATION is not a positive duration such as PT1H30M');
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map(part => Number(part ?? 0));
  const day = Temporal.PlainDateTime.from(start).add({ weeks, days }).toZonedDateTime(zone);
  return localAt(day.add({ hours, minutes, seconds }).epochMilliseconds, zone);
}

/** Whole days from `start` to the day before `end`; one day where `end` is not later. */
export function allDay(start: LocalDate, end: LocalDate | null, zone: ZoneName): When {
  return { kind: 'all-day', start, end: end !== null && end > start ? end : addDays(start, 1), zone };
}
