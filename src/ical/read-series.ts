/** A master with its overrides, exceptions and extra dates, as one item and those that no rule can hold. Pure. */
import type { Face } from '../model/face.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../model/series.ts';
import { rangeOf, type When, type ZoneName } from '../model/when.ts';
import { movedTo, occurrenceAt, occurrences } from './expand.ts';
import { IcalError } from './ical-error.ts';
import { type Property, propertyOf } from './property.ts';
import { type Details, detailsOf, type RawEvent, recurrenceIdOf } from './read-event.ts';
import { homeOf, readWhen, type TimeFlag } from './read-when.ts';
import { normaliseRule } from './rule.ts';
import { endAfter, localDateTime, occurrenceOf, stampsOf, wallTimeIn, type ZoneReader } from './time.ts';

/** The dates that one series may name one by one. */
const maxDates = 5_000;

/** Of one event: its face, what else was said of it, and which occurrence it is where it stands alone. */
export type Piece = Readonly<{
  raw: RawEvent;
  face: Face;
  details: Details;
  recurrence: OccurrenceStart | null;
  flags: readonly TimeFlag[];
}>;

/** An override that was read against its series. */
type Changed = Readonly<{ occurrence: OccurrenceStart; face: OccurrenceFace; cancelled: boolean; flags: readonly TimeFlag[] }>;

/**
 * The pieces of one UID: first the event or series itself, then the dates of RDATE, which the model of a series cannot
 * hold. An override that cannot be read is a problem of its own. Throws IcalError when the master cannot be read.
 */
export function readSeries(master: RawEvent, overrides: readonly RawEvent[], zone: ZoneName): ReadSeries {
  const { properties, zones } = master;
  const { when, flags } = readWhen(properties, homeOf(properties, zone), zones);
  const details = detailsOf(master);
  const { changed, problems } = readOverrides(overrides, when);
  const left = leftOut(properties, when, zones, changed);
  const rrule = ruleOf(properties, when);
  const series = rrule === null ? null : seriesOf(rrule, left, changed);
  const allFlags = [...flags, ...changed.flatMap(one => one.flags)];
  const piece = { raw: master, details, recurrence: null, flags: allFlags };
  const start = occurrenceAt(when, Temporal.PlainDateTime.from(when.start));
  const extra = extraDates(properties, when, zones).filter(({ occurrence }) => !inSeries(occurrence, when, series, left));
  if (series !== null) {
    return { pieces: [{ ...piece, face: faceOf(details, when, series) }, ...extra.map(alone)], problems };
  }
  const single = { occurrence: start, when };
  const changedAlone = changed.filter(one => !one.cancelled).map(one => one);
  const replaced = new Set(changed.map(({ occurrence }) => occurrence));
  return { pieces: [], problems };
}

/** An override whose master is not there, as an item of its own; none when it is cancelled. */
export function readAlone(override: RawEvent, zone: ZoneName, master: When | null = null): readonly Piece[] {
  const details = detailsOf(override);
  const recurrence = recurrenceIdOf(override);
  if (details.status === 'cancelled' && master !== null) return [];
  const { when, flags } = readWhen(override.properties, zone, override.zones);
  const occurrence = recurrence && occurrenceOf(recurrence, master ?? when, override.zones);
  return [{ raw: override, face: faceOf(details, when, null), details, recurrence: occurrence, flags }];
}

function readOverride(override: RawEvent, master: When): Changed {
  const range = propertyOf(override.properties, 'RECURRENCE-ID')?.params.get('RANGE');
  if (range !== undefined) {
    throw new IcalError('bad-value', 'an occurrence is changed with RANGE, which is not supported');
  }
  const recurrence = recurrenceIdOf(override);
  if (!recurrence) throw new IcalError('bad-value', 'an override has no RECURRENCE-ID');
  const occurrence = occurrenceOf(recurrence, master, override.zones);
  const { title, place, notes, busy, status } = detailsOf(override);
  const cancelled = status === 'cancelled';
  const { when, flags } = readWhen(override.properties, master.zone, override.zones);
  return { occurrence, face: { when, title, place, notes, busy }, cancelled, flags };
}

function faceOf({ title, place, notes, url, busy }: Details, when: When, series: Series | null): Face {
  return { when, title, place, notes, url, busy, series };
}

/** EXDATEs and cancelled overrides. An override that is alive brings back a date that EXDATE also names. */
function leftOut(
  properties: readonly Property[],
  when: When,
  zones: ZoneReader,
  changed: readonly Changed[],
): ReadonlySet<OccurrenceStart> {
  const named = properties
    .filter(({ name, value }) => name === 'EXDATE' && value !== '')
    .flatMap(stampsOf)
    .map(stamp => occurrenceOf(stamp, when, zones));
  if (named.length > maxDates) throw new IcalError('too-large', `the series leaves out more than ${maxDates} dates`);
  const alive = new Set(changed.filter(({ cancelled }) => !cancelled).map(({ occurrence }) => occurrence));
  const cancelled = changed.filter(one => one.cancelled).map(({ occurrence }) => occurrence);
  return new Set([...named.filter(occurrence => !alive.has(occurrence)), ...cancelled]);
}

function seriesOf(rrule: string, left: ReadonlySet<OccurrenceStart>, changed: readonly Changed[]): Series {
  return {
    rrule,
    exdates: [...left].sort(),
    overrides: changed
      .filter(({ cancelled }) => !cancelled)
      .map(({ occurrence, face }) => ({ occurrence, face }))
      .sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
  };
}

type Extra = Readonly<{ occurrence: OccurrenceStart; when: When }>;

/** The dates of RDATE; the own length of a PERIOD wins (RFC 5545 section 3.8.5.2). */
function extraDates(properties: readonly Property[], when: When, zones: ZoneReader): readonly Extra[] {
  const values = properties
    .filter(({ name, value }) => name === 'RDATE' && value !== '')
    .flatMap(property => property.value.split(',').map(value => ({ ...property, value })));
  if (values.length > maxDates) throw new IcalError('too-large', `the event names more than ${maxDates} dates`);
  const extras = values.flatMap(property =>
    stampsOf(property).map(stamp => {
      const occurrence = occurrenceOf(stamp, when, zones);
      const moved = movedTo(when, Temporal.PlainDateTime.from(occurrence));
      return { occurrence, when: withPeriod(moved, property, zones) };
    }),
  );
  return [...new Map(extras.map(extra => [extra.occurrence, extra])).values()];
}

function withPeriod(when: When, property: Property, zones: ZoneReader): When {
  const length = property.value.split('/')[1]?.trim();
  if (length === undefined || when.kind === 'all-day') return when;
  if (/^\+?P/i.test(length)) return { ...when, end: endAfter(when.start, when.zone, length) };
  const [end] = stampsOf({ ...property, value: length });
  return end ? { ...when, end: localDateTime(wallTimeIn(when.zone, end, zones)) } : when;
}

function inSeries(
  occurrence: OccurrenceStart,
  when: When,
  series: Series | null,
  left: ReadonlySet<OccurrenceStart>,
): boolean {
  if (left.has(occurrence) || occurrence === when.start) return true;
  if (series === null) return false;
  if (series.overrides.some(one => one.occurrence === occurrence)) return true;
  const { from } = rangeOf(movedTo(when, Temporal.PlainDateTime.from(occurrence)));
  return occurrences(when, series, { from, to: from + 1 }, 10).starts.some(one => one.occurrence === occurrence);
}
