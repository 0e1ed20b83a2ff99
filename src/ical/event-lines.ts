/** The content lines of a VEVENT from the model. Values are canonical before they come here: see canon.ts. Pure. */
import type { Marker } from '../model/copy.ts';
import { joinNotes } from '../model/face.ts';
import type { Instant } from '../model/ids.ts';
import type { Busy, OccurrenceFace, OccurrenceStart, Series } from '../model/series.ts';
import type { When, ZoneName } from '../model/when.ts';
import { rawLine, textLine } from './property.ts';
import type { EventStatus } from './read-event.ts';
import { normaliseRule } from './rule.ts';

export const productLines: readonly string[] = [
  'VERSION:2.0',
  'PRODID:-//callboard//callboard//EN',
  'CALSCALE:GREGORIAN',
];

/** Now and the like: always UTC (RFC 5545 section 3.8.7). */
export function instantLine(name: string, instant: Instant): string {
  return rawLine(name, `${compact(new Date(instant).toISOString().slice(0, 19))}Z`);
}

/** DTSTART and DTEND. A time of no length has no DTEND, which would have to be later. */
export function whenLines(when: When): readonly string[] {
  const start = momentLine('DTSTART', when.start, when.zone);
  return when.start === when.end ? [start] : [start, momentLine('DTEND', when.end, when.zone)];
}

/** A date, or a wall time in a zone. */
function momentLine(name: string, moment: string, zone: ZoneName): string {
  return moment.length === 10
    ? rawLine(name, compact(moment), { VALUE: 'DATE' })
    : rawLine(name, compact(moment), { TZID: zone });
}

/** RECURRENCE-ID in the form of the series' own start. */
export function recurrenceLine(occurrence: OccurrenceStart, zone: ZoneName): string {
  return momentLine('RECURRENCE-ID', occurrence, zone);
}

/** RRULE and EXDATEs. Throws IcalError `bad-rule`. */
export function seriesLines(series: Series | null, when: When): readonly string[] {
  if (series === null) return [];
  const exdates = series.exdates.map(exdate => momentLine('EXDATE', exdate, when.zone));
  return [rawLine('RRULE', normaliseRule(series.rrule, when)), ...exdates];
}

export function placeLines(place: string): readonly string[] {
  return place === '' ? [] : [textLine('LOCATION', place)];
}

/** Our block, the line below which a person's own notes stand, and those. */
export function notesLine(notes: string, own: string): string {
  return textLine('DESCRIPTION', joinNotes(notes, own));
}

export function urlLines(url: string | null): readonly string[] {
  return url === null ? [] : [rawLine('URL', url)];
}

/** TRANSP and STATUS. A cancelled event blocks nobody. */
export function busyLines(busy: Busy, status: EventStatus): readonly string[] {
  const stated = status === 'confirmed' && busy === 'tentative' ? 'tentative' : status;
  const transparent = busy === 'free' || status === 'cancelled';
  return [`TRANSP:${transparent ? 'TRANSPARENT' : 'OPAQUE'}`, `STATUS:${stated.toUpperCase()}`];
}

export function markerLine({ key, version }: Marker): string {
  return rawLine('X-CALLBOARD-COPY', `${key};v=${version}`);
}

/** What an occurrence or event says, without its identity. `ownNotes`: whether its owner may write below our notes. */
export function occurrenceLines(face: OccurrenceFace, status: EventStatus, ownNotes: boolean): readonly string[] {
  const plain = face.notes === '' ? [] : [textLine('DESCRIPTION', face.notes)];
  return [
    ...whenLines(face.when),
    textLine('SUMMARY', face.title),
    ...placeLines(face.place),
    ...(ownNotes ? [notesLine(face.notes, '')] : plain),
    ...busyLines(face.busy, status),
  ];
}

function compact(text: string): string {
  return text.replaceAll(/[-:]/g, '');
}
