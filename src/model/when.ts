/**
 * When an event is: local wall time in a named zone (the truth), or whole days.
 * Instants are always derived, never stored beside the wall time.
 */
import type { Branded, Instant } from './ids.ts';

/** `2027-03-16T08:00:00`, without offset. */
export type LocalDateTime = Branded<string, 'LocalDateTime'>;
/** `2027-03-16`. */
export type LocalDate = Branded<string, 'LocalDate'>;
/** An IANA zone name, e.g. `Europe/London`. */
export type ZoneName = Branded<string, 'ZoneName'>;

export type Timed = Readonly<{ kind: 'timed'; start: LocalDateTime; end: LocalDateTime; zone: ZoneName }>;
/** `end` is exclusive: one day long is `end` = the day after `start`. The zone says whose days they are; copies do not show it. */
export type AllDay = Readonly<{ kind: 'all-day'; start: LocalDate; end: LocalDate; zone: ZoneName }>;
export type When = Timed | AllDay;

/** A half-open span of instants, in milliseconds UTC. */
export type Range = Readonly<{ from: Instant; to: Instant }>;

/** Asking costs a tenth of a millisecond, and a calendar asks for the same zone a thousand times. */
const knownZones = new Set<string>();

/** Whether `name` is a zone this machine knows. `Intl.supportedValuesOf` is not asked: it lacks renamed zones. */
export function isZone(name: string): name is ZoneName {
  if (knownZones.has(name)) return true;
  if (name.trim() === '' || /^[+-]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    knownZones.add(name);
    return true;
  } catch {
    return false;
  }
}

/** A real calendar date written `YYYY-MM-DD` (2027-02-30 is not one). */
export function isLocalDate(text: string): text is LocalDate {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
}

/** A real local date-time written `YYYY-MM-DDTHH:MM:SS` (seconds 00 to 59). */
export function isLocalDateTime(text: string): text is LocalDateTime {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text) || text.endsWith(':60')) return false;
  try {
    Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

/**
 * The instant of a local time in a zone. A time that occurs twice means its first occurrence, one that a clock
 * change skips is read with the offset before the gap (RFC 5545 section 3.3.5, Temporal's `compatible`).
 */
export function instantOf(local: LocalDateTime, zone: ZoneName): Instant {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** The wall time that `zone` shows at an instant. */
export function localAt(instant: Instant, zone: ZoneName): LocalDateTime {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return zoned.toPlainDateTime().round('second').toString({ smallestUnit: 'second' }) as LocalDateTime;
}

/** Whether a clock change skips this wall time, or gives it twice. */
export function clockOddity(local: LocalDateTime, zone: ZoneName): 'in-clock-gap' | 'twice-on-that-day' | null {
  const plain = Temporal.PlainDateTime.from(local);
  const earlier = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = plain.toZonedDateTime(zone, { disambiguation: 'later' });
  if (earlier.epochMilliseconds === later.epochMilliseconds) return null;
  return later.toPlainDateTime().equals(plain) ? 'twice-on-that-day' : 'in-clock-gap';
}

/** The instants a `When` covers; whole days run from midnight to midnight of its zone. */
export function rangeOf(when: When): Range {
  if (when.kind === 'timed') return { from: instantOf(when.start, when.zone), to: instantOf(when.end, when.zone) };
  const midnight = (date: LocalDate) => instantOf(`${date}T00:00:00` as LocalDateTime, when.zone);
  return { from: midnight(when.start), to: midnight(when.end) };
}

/** Equal for everyone who looks: whole days have no zone in a calendar. */
export function sameWhen(a: When, b: When): boolean {
  if (a.kind !== b.kind || a.start !== b.start || a.end !== b.end) return false;
  return a.kind === 'all-day' || a.zone === b.zone;
}

export function overlaps(a: Range, b: Range): boolean {
  return a.from < b.to && b.from < a.to;
}

/** Calendar days added to a date (negative: taken off). */
export function addDays(date: LocalDate, days: number): LocalDate {
  return Temporal.PlainDate.from(date).add({ days }).toString() as LocalDate;
}
