/** Single occurrences of a series: their names and their natural times. Pure. */
import type { EventContent } from './event.ts';
import { brandId } from './ids.ts';
import type { OccurrenceStart, Series } from './series.ts';
import type { LocalDate, LocalDateTime, When } from './when.ts';

/** The name of the occurrence on a date: with the series' time of day, or `time` (`HH:MM:SS`) where that differs. */
export function occurrenceOn(date: LocalDate, series: When, time?: string): OccurrenceStart {
  const text = series.kind === 'all-day' ? date : `${date}T${time ?? series.start.slice(11)}`;
  return text as OccurrenceStart;
}

export function dateOf(occurrence: OccurrenceStart): LocalDate {
  return occurrence.slice(0, 10) as LocalDate;
}

/** When an occurrence is if nothing changed it: as long on the clock as the series' first. */
export function occurrenceWhen(occurrence: OccurrenceStart, series: When): When {
  if (series.kind === 'all-day') {
    const days = Temporal.PlainDate.from(series.start).until(series.end).days;
    const start = dateOf(occurrence);
    return { ...series, start, end: Temporal.PlainDate.from(start).add({ days }).toString() as LocalDate };
  }
  const length = Temporal.PlainDateTime.from(series.start).until(series.end);
  const start = Temporal.PlainDateTime.from(occurrence);
  const text = (time: Temporal.PlainDateTime) => time.toString({ smallestUnit: 'second' }) as LocalDateTime;
  return { ...series, start: text(start), end: text(start.add(length)) };
}

/**
 * Carries exceptions along when a series moves to another time of day: an occurrence is named by its original start
 * (RFC 5545 section 3.8.4.4), so a name made from the old time would mean nothing in the new series. Names that the
 * edit itself brought are left alone.
 */
export function carryOccurrences(before: EventContent, after: EventContent): EventContent {
  if (after.rrule === null || (before.when.start === after.when.start && before.when.kind === after.when.kind)) {
    return after;
  }
  const old = new Set([...before.except, ...before.overrides.map(override => override.occurrence)]);
  const oldTime = before.when.kind === 'timed' ? before.when.start.slice(10) : '';
  const carried = (name: OccurrenceStart): OccurrenceStart =>
    old.has(name) && name.slice(10) === oldTime ? occurrenceOn(dateOf(name), after.when) : name;
  return {
    ...after,
    except: [...new Set(after.except.map(carried))].sort(),
    overrides: after.overrides
      .map(override => ({ ...override, occurrence: carried(override.occurrence) }))
      .sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
  };
}

/** The same dates at a new time of day: an occurrence is named by its original start. */
export function retimed(series: Series | null, when: When): Series | null {
  if (series === null) return null;
  const at = (occurrence: OccurrenceStart) => brandId<OccurrenceStart>(occurrence.slice(0, 10) + when.start.slice(10));
  return {
    ...series,
    exdates: series.exdates.map(at),
    overrides: series.overrides.map(({ occurrence, face }) => ({ occurrence: at(occurrence), face })),
  };
}
