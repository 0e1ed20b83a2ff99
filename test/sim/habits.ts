/** What a provider does with what it is given, drawn once a seed and calendar. `canon` is told of all of it. */
import { allFields, type Face, type Field, type Fields } from '../../src/model/face.ts';
import type { OccurrenceFace, Series } from '../../src/model/series.ts';
import type { When } from '../../src/model/when.ts';
import type { Prng } from './prng.ts';

export type Family = 'caldav' | 'google' | 'graph';
export type Habits = Readonly<{
  family: Family;
  conditional: boolean;
  delta: boolean;
  /** A snapshot covers everything, not only the window. */
  whole: boolean;
  fields: readonly Field[];
  titleChars: number;
  notesChars: number;
  trims: boolean;
  /** Notes come back with a line break after so many characters; null: as they were. */
  wrapsAt: number | null;
  /** Seconds are cut off. */
  minutes: boolean;
  pageSize: number;
  /** Chances, a page or an item. */
  emptyPages: number;
  repeatedPages: number;
  doubledItems: number;
  /** A delta calls an item removed that was only touched. */
  falseRemovals: number;
  /** Requests at once. */
  parallel: number;
}>;

export function drawHabits(random: Prng): Habits {
  const family = random.pick<Family>(['caldav', 'google', 'graph']);
  const odd = (usual: number) => (random.chance(0.4) ? usual * (0.5 + random.next()) : 0);
  return {
    family,
    conditional: !random.chance(0.15),
    delta: !random.chance(0.25),
    whole: family !== 'graph',
    fields: random.chance(0.2) ? allFields.filter(field => field !== 'place') : allFields,
    titleChars: random.chance(0.3) ? 18 : 255,
    notesChars: random.chance(0.3) ? 30 : 8000,
    trims: random.chance(0.4),
    wrapsAt: random.chance(0.3) ? 16 : null,
    minutes: random.chance(0.3),
    pageSize: random.chance(0.5) ? random.between(1, 3) : 50,
    emptyPages: odd(0.15),
    repeatedPages: odd(0.15),
    doubledItems: odd(0.2),
    falseRemovals: family === 'graph' ? odd(0.4) : 0,
    parallel: random.between(1, 3),
  };
}

export const plainHabits: Habits = {
  family: 'caldav',
  conditional: true,
  delta: true,
  whole: true,
  fields: allFields,
  titleChars: 255,
  notesChars: 8000,
  trims: false,
  wrapsAt: null,
  minutes: false,
  pageSize: 50,
  emptyPages: 0,
  repeatedPages: 0,
  doubledItems: 0,
  falseRemovals: 0,
  parallel: 1,
};

/** The fields as this provider will show them. Twice is the same as once. */
export function normaliseFields(fields: Fields, habits: Habits): Fields {
  const { title, place, notes, when, series } = fields;
  return {
    ...fields,
    ...(title !== undefined && { title: textOf(title, habits.titleChars, habits) }),
    ...(place !== undefined && { place: placeOf(place, habits) }),
    ...(notes !== undefined && { notes: notesOf(notes, habits) }),
    ...(when !== undefined && { when: whenOf(when, habits) }),
    ...(series !== undefined && { series: series && seriesOf(series, habits) }),
  };
}

export function normaliseFace(face: Face, habits: Habits): Face {
  return { ...face, ...normaliseFields(face, habits) };
}

function textOf(text: string, chars: number, { trims }: Habits): string {
  const cut = text.slice(0, chars);
  return trims ? cut.trim() : cut;
}

function placeOf(place: string, habits: Habits): string {
  return habits.fields.includes('place') ? textOf(place, 200, habits) : '';
}

function notesOf(notes: string, habits: Habits): string {
  const { wrapsAt, notesChars } = habits;
  const wrapped = wrapsAt === null ? notes : wrap(notes, wrapsAt);
  return textOf(wrapped, notesChars, habits).trimEnd();
}

/** Word by word, as an HTML body comes back as text. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}

function whenOf(when: When, { minutes }: Habits): When {
  if (!minutes || when.kind === 'all-day') return when;
  const cut = (local: typeof when.start) => `${local.slice(0, 16)}:00` as typeof when.start;
  return { ...when, start: cut(when.start), end: cut(when.end) };
}

function seriesOf(series: Series, habits: Habits): Series {
  const occurrence = (face: OccurrenceFace): OccurrenceFace => ({
    ...face,
    when: whenOf(face.when, habits),
    title: textOf(face.title, habits.titleChars, habits),
    place: placeOf(face.place, habits),
    notes: notesOf(face.notes, habits),
  });
  return { ...series, overrides: series.overrides.map(one => ({ ...one, face: occurrence(one.face) })) };
}
