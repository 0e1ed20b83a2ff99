/** What is left of a face after it was written into a mailbox and read back. Pure. */
import { IcalError } from '../../src/ical/ical-error.ts';
import { normaliseRule } from '../../src/ical/rule.ts';
import { canonUrl, oneLine } from '../../src/ical/text.ts';
import type { Fields } from '../../src/model/face.ts';
import { occurrenceWhen } from '../../src/model/occurrence.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../../src/model/series.ts';
import { instantOf, localAt, sameWhen, type When, type ZoneName } from '../../src/model/when.ts';
import { canonNotes } from './body.ts';
import { capabilities } from './limits.ts';

const { titleChars, placeChars } = capabilities.limits;

/** The fields as reading back what we write of them would give. Never throws: a rule we refuse stays as it is. */
export function canonFields(fields: Fields): Fields {
  const { title, place, notes, url, series } = fields;
  const when = fields.when && (series == null ? canonWhen(fields.when, fields.when.zone) : fields.when);
  const plain = {
    ...fields,
    ...(when !== undefined && { when }),
    ...(title !== undefined && { title: oneLine(title, titleChars) }),
    ...(place !== undefined && { place: oneLine(place, placeChars) }),
    ...(notes !== undefined && { notes: canonNotes(notes) }),
    ...(url !== undefined && { url: canonUrl(url) }),
  };
  return series === undefined ? plain : { ...plain, series: series && canonSeries(series, plain) };
}

function canonSeries(series: Series, plain: Fields): Series {
  const exdates = [...new Set(series.exdates)].sort();
  const overrides = new Map(series.overrides.map(one => [one.occurrence, canonOccurrence(one.face, plain.when)]));
  return {
    rrule: canonRule(series.rrule, plain.when),
    exdates,
    overrides: [...overrides]
      .filter(([occurrence, face]) => !exdates.includes(occurrence) && !isPlain(occurrence, face, plain))
      .map(([occurrence, face]) => ({ occurrence, face }))
      .sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
  };
}

function canonRule(rrule: string, when: When | undefined): string {
  try {
    return when ? normaliseRule(rrule, when) : rrule;
  } catch (error) {
    if (error instanceof IcalError) return rrule;
    throw error;
  }
}

/** A changed date is shown in the zone of its series. */
function canonOccurrence(face: OccurrenceFace, master: When | undefined): OccurrenceFace {
  return {
    when: master ? canonWhen(face.when, master.zone) : face.when,
    title: oneLine(face.title, titleChars),
    place: oneLine(face.place, placeChars),
    notes: canonNotes(face.notes),
    busy: face.busy,
  };
}

/** A time that the clocks skip comes back as the one that they show then. */
function canonWhen(when: When, zone: ZoneName): When {
  if (when.kind === 'all-day') return { ...when, zone };
  const shown = (local: typeof when.start) => localAt(instantOf(local, when.zone), zone);
  return { kind: 'timed', start: shown(when.start), end: shown(when.end), zone };
}

/** A changed date that says nothing new reads as an unchanged one. */
function isPlain(occurrence: OccurrenceStart, face: OccurrenceFace, { when, title, place, notes, busy }: Fields) {
  if (when === undefined || !sameWhen(face.when, occurrenceWhen(occurrence, when))) return false;
  return face.title === title && face.place === place && face.notes === notes && face.busy === busy;
}
