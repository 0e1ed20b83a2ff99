/** A master with its overrides, exceptions and extra dates, as one item and those that no rule can hold. Pure. */
import type { Face } from '../model/face.ts';
import { brandId } from '../model/ids.ts';
import type { OccurrenceStart, Series } from '../model/series.ts';
import type { When, ZoneName } from '../model/when.ts';
import { IcalError, problemOf } from './ical-error.ts';
import { propertyOf } from './property.ts';
import { extraDates, leftOut } from './read-dates.ts';
import { type Details, detailsOf, type RawEvent, recurrenceIdOf } from './read-event.ts';
import { homeOf, readWhen, type TimeFlag } from './read-when.ts';
import { normaliseRule } from './rule.ts';
import { occurrenceOf } from './time.ts';

/** Of one event: its face, what else was said of it, and which occurrence it is where it stands alone. */
export type Piece = Readonly<{
  raw: RawEvent;
  face: Face;
  details: Details;
  recurrence: OccurrenceStart | null;
  flags: readonly TimeFlag[];
}>;
type ReadSeries = Readonly<{ pieces: readonly Piece[]; problems: readonly string[] }>;

/** An override read against its series. */
type Changed = Readonly<{
  raw: RawEvent;
  occurrence: OccurrenceStart;
  when: When;
  details: Details;
  flags: readonly TimeFlag[];
}>;

/**
 * The pieces of one UID: the series with its overrides, and the dates of RDATE, which the model of a series cannot
 * hold, one by one; without a rule, every date one by one. An override that cannot be read is a problem of its own.
 * Throws IcalError and RangeError when the master cannot be read.
 */
export function readSeries(master: RawEvent, overrides: readonly RawEvent[], zone: ZoneName): ReadSeries {
  const { properties, zones } = master;
  const { when, flags } = readWhen(properties, homeOf(properties, zone), zones);
  const details = detailsOf(master);
  const { changed, problems } = readOverrides(overrides, when);
  const alive = changed.filter(one => one.details.status !== 'cancelled');
  const cancelled = changed.filter(one => one.details.status === 'cancelled').map(one => one.occurrence);
  const changedAt = new Set(alive.map(({ occurrence }) => occurrence));
  const left = new Set([...leftOut(properties, when, zones, changedAt), ...cancelled]);
  const rrule = ruleOf(master, when);
  const series = rrule === null ? null : { rrule, exdates: [...left].sort(), overrides: overridesOf(alive) };
  const extra = extraDates(properties, { when, zones, series }).filter(
    ({ occurrence: at }) => !left.has(at) && !changedAt.has(at),
  );
  const one = (at: OccurrenceStart | null, shown: When): Piece => ({
    raw: master,
    face: faceOf(details, shown, null),
    details,
    recurrence: at,
    flags,
  });
  const dates = extra.map(date => one(date.occurrence, date.when));
  if (series) {
    const all = [...flags, ...changed.flatMap(({ flags: own }) => own)];
    const whole = { raw: master, face: faceOf(details, when, series), details, recurrence: null, flags: all };
    return { pieces: [whole, ...dates], problems };
  }
  const start = brandId<OccurrenceStart>(when.start);
  const first = left.has(start) || changedAt.has(start) ? [] : [one(null, when)];
  const moved = alive.map(({ raw, occurrence, when: shown, details: own, flags: seen }) => ({
    raw,
    face: faceOf(own, shown, null),
    details: own,
    recurrence: occurrence,
    flags: seen,
  }));
  return { pieces: [...first, ...dates, ...moved], problems };
}

/** An override whose master is not there, as an item of its own. */
export function readAlone(override: RawEvent, zone: ZoneName): Piece {
  const details = detailsOf(override);
  const recurrence = recurrenceIdOf(override);
  const { when, flags } = readWhen(override.properties, zone, override.zones);
  const occurrence = recurrence && occurrenceOf(recurrence, when, override.zones);
  return { raw: override, face: faceOf(details, when, null), details, recurrence: occurrence, flags };
}

function readOverrides(overrides: readonly RawEvent[], master: When) {
  const changed = new Map<OccurrenceStart, Changed>();
  const problems: string[] = [];
  for (const override of overrides) {
    try {
      const one = readOverride(override, master);
      changed.set(one.occurrence, one);
    } catch (error) {
      problems.push(`a changed occurrence: ${problemOf(error)}`);
    }
  }
  return { changed: [...changed.values()], problems };
}

function readOverride(override: RawEvent, master: When): Changed {
  if (propertyOf(override.properties, 'RECURRENCE-ID')?.params.has('RANGE')) {
    throw new IcalError('bad-value', 'it changes all later ones too (RANGE), which is not supported');
  }
  const recurrence = recurrenceIdOf(override);
  if (!recurrence) throw new IcalError('bad-value', 'it has no RECURRENCE-ID');
  const occurrence = occurrenceOf(recurrence, master, override.zones);
  const { when, flags } = readWhen(override.properties, master.zone, override.zones);
  return { raw: override, occurrence, when, details: detailsOf(override), flags };
}

function ruleOf({ properties }: RawEvent, when: When): string | null {
  const [rule, second] = properties.filter(({ name }) => name === 'RRULE');
  if (second || propertyOf(properties, 'EXRULE')) {
    throw new IcalError('bad-rule', 'the event has more than one RRULE, or an EXRULE; allowed is one RRULE');
  }
  return rule ? normaliseRule(rule.value, when) : null;
}

function overridesOf(changed: readonly Changed[]): Series['overrides'] {
  return changed
    .map(({ occurrence, when, details: { title, place, notes, busy } }) => ({
      occurrence,
      face: { when, title, place, notes, busy },
    }))
    .sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1));
}

function faceOf({ title, place, notes, url, busy }: Details, when: When, series: Series | null): Face {
  return { when, title, place, notes, url, busy, series };
}
