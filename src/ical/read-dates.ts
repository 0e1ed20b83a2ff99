/** The dates that a series names one by one: EXDATE and RDATE. Pure. RFC 5545 sections 3.8.5.1 and 3.8.5.2. */
import { brandId } from '../model/ids.ts';
import type { OccurrenceStart, Series } from '../model/series.ts';
import type { When } from '../model/when.ts';
import { happens, movedTo } from './expand.ts';
import { IcalError } from './ical-error.ts';
import type { Property } from './property.ts';
import { endAfter, occurrenceOf, stampsOf, wallTimeIn, type ZoneReader } from './time.ts';

const maxDates = 5_000;

/** The occurrences of EXDATE. One that an override changes (`changedAt`) is alive all the same. */
export function leftOut(
  properties: readonly Property[],
  when: When,
  zones: ZoneReader,
  changedAt: ReadonlySet<OccurrenceStart>,
): readonly OccurrenceStart[] {
  return valuesOf(properties, 'EXDATE')
    .flatMap(stampsOf)
    .map(stamp => occurrenceOf(stamp, when, zones))
    .filter(occurrence => !changedAt.has(occurrence));
}

type ExtraDate = Readonly<{ occurrence: OccurrenceStart; when: When }>;
type Master = Readonly<{ when: When; zones: ZoneReader; series: Series | null }>;

/** The dates of RDATE that are neither the first date nor dates of the rule. */
export function extraDates(properties: readonly Property[], master: Master): readonly ExtraDate[] {
  const dates = valuesOf(properties, 'RDATE').flatMap(property =>
    stampsOf(property).map(stamp => {
      const occurrence = occurrenceOf(stamp, master.when, master.zones);
      const moved = movedTo(master.when, Temporal.PlainDateTime.from(occurrence));
      return { occurrence, when: withPeriod(moved, property, master.zones) };
    }),
  );
  const first = brandId<OccurrenceStart>(master.when.start);
  return [...new Map(dates.map(date => [date.occurrence, date])).values()].filter(
    ({ occurrence }) => occurrence !== first && !inRule(occurrence, master),
  );
}

/** One property for each of the comma-separated values. */
function valuesOf(properties: readonly Property[], wanted: string): readonly Property[] {
  const values = properties
    .filter(({ name, value }) => name === wanted && value !== '')
    .flatMap(property => property.value.split(',').map(value => ({ ...property, value })));
  if (values.length > maxDates) throw new IcalError('too-large', `${wanted} names more than ${maxDates} dates`);
  return values;
}

/** The own length of a PERIOD wins over that of the event. */
function withPeriod(when: When, property: Property, zones: ZoneReader): When {
  const length = property.value.split('/')[1]?.trim();
  if (length === undefined || when.kind === 'all-day') return when;
  if (/^\+?P/i.test(length)) return { ...when, end: endAfter(when.start, when.zone, length) };
  const [end] = stampsOf({ ...property, value: length });
  return end ? { ...when, end: wallTimeIn(when.zone, end, zones) } : when;
}

function inRule(occurrence: OccurrenceStart, { when, series }: Master): boolean {
  return series !== null && happens(occurrence, series.rrule, when);
}
