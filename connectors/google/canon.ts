/** What is left of a face after it was written to Google and read back. Pure. */
import { canonFields } from '../../src/ical/canon.ts';
import { cleanText } from '../../src/ical/text.ts';
import { type Face, type Fields, joinNotes, splitNotes } from '../../src/model/face.ts';
import type { OccurrenceFace, Series } from '../../src/model/series.ts';
import type { When } from '../../src/model/when.ts';
import { capabilities } from './limits.ts';
import { canonWhen } from './moment.ts';
import { orderedRule, withinRule, withoutPlain } from './series.ts';

/** The fields as reading back what we write of them would give. Never throws: a rule we refuse stays as it is. */
export function canonOf(fields: Fields): Fields {
  const when = fields.when && canonWhen(fields.when);
  const canon = canonFields({ ...fields, ...(when && { when }) });
  const { notes, series } = canon;
  const clean = { ...canon, ...(notes !== undefined && { notes: canonNotes(notes) }) };
  if (!series) return clean;
  return { ...clean, series: canonSeries(series, when ?? null, clean) };
}

/** A whole face in that form. */
export function canonFace(face: Face): Face {
  return { ...face, ...canonOf(face) };
}

function canonSeries(series: Series, when: When | null, fields: Fields): Series {
  const overrides = series.overrides.map(({ occurrence, face }) => ({ occurrence, face: canonOccurrence(face) }));
  const ordered = { ...series, rrule: orderedRule(series.rrule), overrides };
  if (when === null) return ordered;
  const there = withinRule(ordered, when);
  const { title, place, notes, busy } = fields;
  if (title === undefined || place === undefined || notes === undefined || busy === undefined) return there;
  const plain: Face = { when, title, place, notes, busy, url: null, series: null };
  return { ...there, overrides: withoutPlain(there.overrides, plain) };
}

function canonOccurrence(face: OccurrenceFace): OccurrenceFace {
  return { ...face, when: canonWhen(face.when), notes: canonNotes(face.notes) };
}

/** Google keeps no blanks around a text, and our block leaves room for the person's own notes below it. */
function canonNotes(notes: string): string {
  const { notesChars } = capabilities.limits;
  const text = cleanText(notes).trim();
  const cut =
    text.length <= notesChars
      ? text
      : text
          .slice(0, notesChars)
          .toWellFormed()
          .replace(/\uFFFD$/, '');
  return splitNotes(joinNotes(cut, '')).ours.trim();
}
