/** A series as Google keeps it: rules as text, and each changed or cancelled occurrence as an event of its own. Pure. */
import { occurrences } from '../../src/ical/expand.ts';
import { IcalError } from '../../src/ical/ical-error.ts';
import { type Property, parseProperty } from '../../src/ical/property.ts';
import { extraDates, leftOut } from '../../src/ical/read-dates.ts';
import { checkRule, normaliseRule } from '../../src/ical/rule.ts';
import { occurrenceOf, type ZoneReader } from '../../src/ical/time.ts';
import { type Face, sameField } from '../../src/model/face.ts';
import { occurrenceWhen } from '../../src/model/occurrence.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../../src/model/series.ts';
import { instantOf, isLocalDateTime, isZone, rangeOf, type When } from '../../src/model/when.ts';
import { detailsOf, type Family, isCancelled } from './details.ts';
import { readWhen, stampOf, type Zones } from './moment.ts';
import type { GoogleEvent } from './wire.ts';

/** An occurrence that has an event of its own; `face` null: it is cancelled. */
export type Exception = Readonly<{ occurrence: OccurrenceStart; event: GoogleEvent; face: OccurrenceFace | null }>;

/** Throws IcalError. */
export function readSeries(family: Family, plain: Face, zones: Zones, strict: boolean): Series {
  const properties = propertiesOf(family.master);
  const exceptions = exceptionsOf(family, plain.when, zones);
  const alive = exceptions.filter(({ face }) => face !== null);
  const changedAt = new Set(alive.map(({ occurrence }) => occurrence));
  const cancelled = exceptions.filter(({ face }) => face === null).map(({ occurrence }) => occurrence);
  const left = new Set([...leftOut(properties, plain.when, zoneReader, changedAt), ...cancelled]);
  const rrule = ruleOf(properties, plain.when);
  const extra = extraDates(properties, {
    when: plain.when,
    zones: zoneReader,
    series: { rrule, exdates: [], overrides: [] },
  }).filter(({ occurrence }) => !left.has(occurrence) && !changedAt.has(occurrence));
  if (strict && extra.length > 0) {
    throw new IcalError('bad-value', 'single dates were added to the event, which cannot be kept in step');
  }
  const own = alive.flatMap(({ occurrence, face }) => (face === null ? [] : [{ occurrence, face }]));
  // What an earlier rule left behind names no date of this one.
  const kept = withinRule({ rrule, exdates: [...left].sort(), overrides: withoutPlain(own, plain) }, plain.when);
  const added = extra.map(({ occurrence, when }) => ({ occurrence, face: { ...occurrenceFaceOf(plain), when } }));
  return { ...kept, overrides: [...kept.overrides, ...added].sort(byOccurrence) };
}

/** Each changed or cancelled occurrence under its name in a series that starts at `when`. */
export function exceptionsOf(family: Family, when: When, zones: Zones): readonly Exception[] {
  // Whole days carry no zone, so those of an occurrence are its series'.
  const own = { ...zones, home: when.zone };
  return family.exceptions.map(event => {
    const occurrence = occurrenceOf(stampOf(event.originalStartTime), when, zoneReader);
    if (isCancelled(event)) return { occurrence, event, face: null };
    const { title, place, notes, busy } = detailsOf(event);
    // Of an occurrence that was only given another colour, say, the times may not be repeated.
    const at = event.start === null ? occurrenceWhen(occurrence, when) : readWhen(event, own).when;
    return { occurrence, event, face: { when: at, title, place, notes, busy } };
  });
}

/** An occurrence that says what the series says is none that differs: Google has no way of making it one again. */
export function withoutPlain(overrides: Series['overrides'], plain: Face): Series['overrides'] {
  return overrides.filter(({ occurrence, face }) => !sameOccurrence(face, plainOccurrence(occurrence, plain)));
}

/** What an occurrence shows while nobody has changed it. */
export function plainOccurrence(occurrence: OccurrenceStart, master: Face): OccurrenceFace {
  return { ...occurrenceFaceOf(master), when: occurrenceWhen(occurrence, master.when) };
}

export function sameOccurrence(a: OccurrenceFace, b: OccurrenceFace): boolean {
  const fields = ['when', 'title', 'place', 'notes', 'busy'] as const;
  return fields.every(field => sameField(field, a[field], b[field]));
}

/** The most dates of one rule that are looked at. */
const maxDates = 5000;

/**
 * Whether the rule has this occurrence: Google knows no others. Of dates too far from each other to be counted, yes.
 * @param names every occurrence that will be asked about
 */
export function inRule(
  rrule: string,
  when: When,
  names: readonly OccurrenceStart[],
): (occurrence: OccurrenceStart) => boolean {
  const fitting = names.filter(name => name.length === when.start.length);
  const starts = fitting.map(name => rangeOf(occurrenceWhen(name, when)).from);
  if (starts.length === 0 || checkRule(rrule) !== null) return name => fitting.includes(name);
  const range = { from: Math.min(...starts), to: Math.max(...starts) + 1 };
  const found = occurrences(when, { rrule, exdates: [], overrides: [] }, range, maxDates);
  const there = new Set(found.starts.map(({ occurrence }) => occurrence));
  return name => there.has(name) || (!found.complete && fitting.includes(name));
}

/** The series without what names no date of its rule. */
export function withinRule(series: Series, when: When): Series {
  const isThere = inRule(series.rrule, when, [
    ...series.exdates,
    ...series.overrides.map(({ occurrence }) => occurrence),
  ]);
  return {
    ...series,
    exdates: series.exdates.filter(isThere),
    overrides: series.overrides.filter(({ occurrence }) => isThere(occurrence)),
  };
}

/** The rule with its parts in one order, since providers keep none. */
export function orderedRule(rrule: string): string {
  const rank = (part: string) => (part.startsWith('FREQ=') ? '' : part);
  return rrule
    .split(';')
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .join(';');
}

/** The lines of `recurrence`. Throws IcalError `bad-rule`. */
export function recurrenceLines(series: Series, when: When): string[] {
  const form = when.kind === 'all-day' ? 'EXDATE;VALUE=DATE' : `EXDATE;TZID=${when.zone}`;
  const exdates = series.exdates.map(exdate => `${form}:${exdate.replaceAll(/[-:]/g, '')}`);
  return [`RRULE:${normaliseRule(series.rrule, when)}`, ...exdates];
}

/** What Google calls one occurrence: the series' id and the original start. */
export function instanceId(master: string, occurrence: OccurrenceStart, when: When): string {
  const basic = (text: string) => text.replaceAll(/[-:]/g, '');
  if (when.kind === 'all-day' || !isLocalDateTime(occurrence)) return `${master}_${basic(occurrence.slice(0, 10))}`;
  const utc = new Date(instantOf(occurrence, when.zone)).toISOString();
  return `${master}_${basic(utc.slice(0, 19))}Z`;
}

function ruleOf(properties: readonly Property[], when: When): string {
  const [rule, second] = properties.filter(({ name }) => name === 'RRULE');
  if (second || properties.some(({ name }) => name === 'EXRULE')) {
    throw new IcalError('bad-rule', 'the event has more than one RRULE, or an EXRULE; allowed is one RRULE');
  }
  // Dates alone, without a rule: the first, and the others beside it.
  return orderedRule(normaliseRule(rule?.value ?? 'FREQ=DAILY;COUNT=1', when));
}

function propertiesOf(master: GoogleEvent): readonly Property[] {
  return (master.recurrence ?? []).map(line => {
    const property = parseProperty(line);
    if (!property) throw new IcalError('bad-rule', 'a line of the recurrence cannot be read');
    return property;
  });
}

const zoneReader: ZoneReader = tzid => {
  if (isZone(tzid)) return tzid;
  throw new IcalError('unknown-zone', 'the event is in a time zone that is not known');
};

function occurrenceFaceOf({ when, title, place, notes, busy }: Face): OccurrenceFace {
  return { when, title, place, notes, busy };
}

function byOccurrence(a: Readonly<{ occurrence: string }>, b: Readonly<{ occurrence: string }>): number {
  return a.occurrence < b.occurrence ? -1 : 1;
}
