/** What one event looks like in one calendar, after privacy, mode and capability. */
import { isDeepStrictEqual } from 'node:util';
import type { Busy, Series } from './series.ts';
import { sameWhen, type When } from './when.ts';

export type Face = Readonly<{
  when: When;
  title: string;
  /** One line: venue, address. Empty: no place. */
  place: string;
  /** Our block only. What stands below `notesLine` at the provider is the person's and never passes through here. */
  notes: string;
  url: string | null;
  busy: Busy;
  series: Series | null;
}>;
export type Field = keyof Face;
export type Fields = Readonly<Partial<Face>>;

export const allFields: readonly Field[] = ['when', 'title', 'place', 'notes', 'url', 'busy', 'series'];

/** Ends our block of the notes; what a person writes below it is theirs and survives every write. */
export const notesLine = '____ your own notes go below this line; callboard leaves them alone ____';

/** Splits a description as a provider shows it into our block and the person's own text. */
export function splitNotes(text: string): Readonly<{ ours: string; own: string }> {
  const at = text.indexOf(notesLine);
  if (at < 0) return { ours: text.trimEnd(), own: '' };
  return { ours: text.slice(0, at).trimEnd(), own: text.slice(at + notesLine.length).replace(/^\r?\n/, '') };
}

/** The description to store: our block, the line, then the person's own text as it was. */
export function joinNotes(ours: string, own: string): string {
  return `${ours.trimEnd()}\n\n${notesLine}\n${own}`;
}

/** Whether two values of one field say the same. */
export function sameField(field: Field, a: unknown, b: unknown): boolean {
  if (field === 'when') return sameWhen(a as When, b as When);
  return isDeepStrictEqual(a, b);
}

export function sameFace(a: Face, b: Face): boolean {
  return allFields.every(field => sameField(field, a[field], b[field]));
}

/** The face with everything but its times taken away: all that is kept of an event that is not ours. */
export function timesOnly(face: Face): Face {
  const series = face.series && {
    ...face.series,
    overrides: face.series.overrides.map(({ occurrence, face: { when, busy } }) => ({
      occurrence,
      face: { when, busy, title: '', place: '', notes: '' },
    })),
  };
  return { when: face.when, busy: face.busy, series, title: '', place: '', notes: '', url: null };
}
