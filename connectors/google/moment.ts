/** Times as Google writes them. Pure. reference/google-calendar.md section 9. */
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import { IcalError } from '../../src/ical/ical-error.ts';
import { allDay, type Stamp } from '../../src/ical/time.ts';
import {
  instantOf,
  isLocalDate,
  isLocalDateTime,
  isZone,
  type LocalDateTime,
  localAt,
  type Timed,
  type When,
  type ZoneName,
} from '../../src/model/when.ts';
import type { EventMoment, GoogleEvent } from './wire.ts';

/** @property home whose days whole days are  @property calendar the zone of times that name none, where it is known */
export type Zones = Readonly<{ home: ZoneName; calendar: ZoneName | null }>;
export type ReadWhen = Readonly<{ when: When; guessed: boolean }>;

/** When an event is. Times come in any offset: what counts is the instant, and the event's own zone. Throws IcalError. */
export function readWhen({ start, end }: Pick<GoogleEvent, 'start' | 'end'>, zones: Zones): ReadWhen {
  if (start?.date != null) {
    const last = end?.date ?? null;
    if (!isLocalDate(start.date) || (last !== null && !isLocalDate(last))) throw bad('a date is not a date');
    return { when: allDay(start.date, last, zones.home), guessed: false };
  }
  const named = start?.timeZone ?? null;
  const zone = named !== null && isZone(named) ? named : (zones.calendar ?? zones.home);
  const from = instantOfMoment(start, zone);
  const to = end?.dateTime == null ? from : instantOfMoment(end, zone);
  if (to < from) throw bad('the event ends before it starts');
  const when: Timed = { kind: 'timed', start: localAt(from, zone), end: localAt(to, zone), zone };
  return { when, guessed: named !== null && named !== zone };
}

/** The original start of an occurrence, before it is read against its series. Throws IcalError. */
export function stampOf(moment: EventMoment | null): Stamp {
  if (moment?.date != null && isLocalDate(moment.date)) return { kind: 'date', date: moment.date };
  const instant = Date.parse(moment?.dateTime ?? '');
  if (Number.isNaN(instant)) throw bad('a changed occurrence does not say which it is');
  return { kind: 'utc', instant };
}

function instantOfMoment(moment: EventMoment | null, zone: ZoneName): number {
  const text = moment?.dateTime ?? '';
  if (isLocalDateTime(text)) return instantOf(text, zone);
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw bad('a time is not a time');
  return instant;
}

function bad(message: string): IcalError {
  return new IcalError('bad-value', message);
}

type Moments = Readonly<{ start: calendar_v3.Schema$EventDateTime; end: calendar_v3.Schema$EventDateTime }>;

/** For a new event. */
export function newMoments(when: When): Moments {
  if (when.kind === 'all-day') return { start: { date: when.start }, end: { date: when.end } };
  const at = (local: LocalDateTime) => ({ dateTime: withOffset(local, when.zone), timeZone: when.zone });
  return { start: at(when.start), end: at(when.end) };
}

/** For a patch: the other way of saying it must go, or Google holds both and refuses. */
export function patchMoments(when: When): Moments {
  const { start, end } = newMoments(when);
  const off = when.kind === 'all-day' ? { dateTime: null, timeZone: null } : { date: null };
  return { start: { ...start, ...off }, end: { ...end, ...off } };
}

/** The times as they come back: one that a clock change skips is another one. */
export function canonWhen(when: When): When {
  if (when.kind === 'all-day') return when;
  const shown = (local: LocalDateTime) => localAt(instantOf(local, when.zone), when.zone);
  return { ...when, start: shown(when.start), end: shown(when.end) };
}

function withOffset(local: LocalDateTime, zone: ZoneName): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instantOf(local, zone)).toZonedDateTimeISO(zone);
  return zoned.toString({ timeZoneName: 'never', smallestUnit: 'second' });
}
