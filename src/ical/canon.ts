/** What is left of a face after it was written into a calendar object and read back. Pure. */
import { type Face, type Fields, joinNotes, splitNotes } from '../model/face.ts';
import type { OccurrenceFace, Series } from '../model/series.ts';
import type { When } from '../model/when.ts';
import { IcalError } from './ical-error.ts';
import { normaliseRule } from './rule.ts';
import { canonUrl, cleanText, oneLine } from './text.ts';

/** The fields as reading back what we write of them would give. Never throws: a rule we refuse stays as it is. */
export function canonFields(fields: Fields): Fields {
  const { title, place, notes, url, series } = fields;
  return {
    ...fields,
    ...(title !== undefined && { title: oneLine(title) }),
    ...(place !== undefined && { place: oneLine(place) }),
    ...(notes !== undefined && { notes: canonNotes(notes) }),
    ...(url !== undefined && { url: canonUrl(url) }),
    ...(series !== undefined && { series: series && canonSeries(series, fields.when ?? null) }),
  };
}

/** A whole face in that form. */
export function canonFace(face: Face): Face {
  return { ...face, ...canonFields(face) };
}

/** Our block of the notes can hold neither the line that ends it nor blanks before that. */
function canonNotes(notes: string): string {
  return splitNotes(joinNotes(cleanText(notes), '')).ours;
}

function canonSeries(series: Series, when: When | null): Series {
  const exdates = [...new Set(series.exdates)].sort();
  const overrides = new Map(series.overrides.map(({ occurrence, face }) => [occurrence, face]));
  return {
    rrule: when ? canonRule(series.rrule, when) : series.rrule,
    exdates,
    overrides: [...overrides]
      .filter(([occurrence]) => !exdates.includes(occurrence))
      .map(([occurrence, face]) => ({ occurrence, face: canonOccurrence(face, when) }))
      .sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
  };
}

function canonRule(rrule: string, when: When): string {
  try {
    return normaliseRule(rrule, when);
  } catch (error) {
    if (error instanceof IcalError) return rrule;
    throw error;
  }
}

/** Whole days carry no zone in a calendar, so those of an occurrence are its series'. */
function canonOccurrence(face: OccurrenceFace, master: When | null): OccurrenceFace {
  const when = face.when.kind === 'all-day' && master ? { ...face.when, zone: master.zone } : face.when;
  return {
    when,
    title: oneLine(face.title),
    place: oneLine(face.place),
    notes: canonNotes(face.notes),
    busy: face.busy,
  };
}
