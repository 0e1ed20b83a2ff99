/** One event as one CalDAV object (RFC 4791 section 4.1): new, or edited where it stands. */

import type { Change, Creation } from '../model/copy.ts';
import { type Fields, splitNotes } from '../model/face.ts';
import type { Instant } from '../model/ids.ts';
import { type Block, newBlock, parseBlocks, renderBlock } from './block.ts';
import { canonFace, canonFields } from './canon.ts';
import { overrideBlocks, timingOf, withZones } from './edit-series.ts';
import { eventBlocks, whensOf } from './event-blocks.ts';
import {
  busyLines,
  instantLine,
  markerLine,
  notesLine,
  placeLines,
  productLines,
  seriesLines,
  urlLines,
  whenLines,
} from './event-lines.ts';
import { IcalError } from './ical-error.ts';
import { lineName, parseProperty, textLine } from './property.ts';
import type { EventStatus } from './read-event.ts';
import { cleanText, oneLine } from './text.ts';
import { zoneBlocks } from './zones.ts';

export { canonFields };

/**
 * A new calendar object: no METHOD, nobody invited, no alarm, colour or category, which are the person's own.
 * Throws IcalError `bad-rule` and `bad-value`.
 */
export function writeResource(creation: Creation, now: Instant): string {
  const face = canonFace(creation.face);
  const head = [textLine('UID', creation.uid), instantLine('DTSTAMP', now), instantLine('LAST-MODIFIED', now)];
  const events = eventBlocks(face, {
    status: creation.status,
    head: [...head, 'SEQUENCE:0'],
    mark: [markerLine(creation.marker)],
    ownNotes: true,
  });
  return renderBlock(newBlock('VCALENDAR', productLines, [...zoneBlocks(whensOf(face)), ...events]));
}

/**
 * The object with the changed fields, the marker's version and its time stamps written anew. Alarms, colours, unknown
 * properties, other people's ATTENDEE lines and the notes below our line survive; SEQUENCE stays as it is.
 * Throws IcalError `bad-value` when the object has no event to edit, or a series is to be written beside a start that
 * is in UTC or in no zone (send `when` with it); and `bad-rule`.
 */
export function editResource(native: string, change: Change, now: Instant): string {
  const calendar = theCalendar(native);
  const master = calendar.blocks.find(block => block.name === 'VEVENT' && !isOverride(block));
  if (!master) throw new IcalError('bad-value', 'the calendar object has no event but changed occurrences');
  const fields = canonFields(change.fields);
  const edited = editLines(master.lines, fields, change.status, now);
  const lines = replaceLines(edited, ['X-CALLBOARD-COPY'], [markerLine(change.marker)]);
  const timing = timingOf(calendar, master, fields);
  if (!timing) return renderBlock(replaceBlock(calendar, master, { ...master, lines }));
  const rules = fields.series === undefined ? ['RRULE', 'EXDATE'] : ['RRULE', 'EXRULE', 'EXDATE', 'RDATE'];
  const first = { ...master, lines: replaceLines(lines, rules, seriesLines(timing.series, timing.when)) };
  const overrides = overrideBlocks(calendar, master, timing, (existing, face) =>
    editLines(existing, face, change.status, now),
  );
  const rest = calendar.blocks.filter(block => block !== master && !isOverride(block));
  return renderBlock(withZones(newBlock('VCALENDAR', calendar.lines, [...rest, first, ...overrides]), timing));
}

/** The object without our marker: the copy that a person made of ours, and may keep. */
export function unmarkResource(native: string): string {
  const calendar = theCalendar(native);
  const blocks = calendar.blocks.map(block => ({
    ...block,
    lines: replaceLines(block.lines, ['X-CALLBOARD-COPY'], []),
  }));
  return renderBlock({ ...calendar, blocks });
}

/** A stored object is one VCALENDAR without METHOD (RFC 4791 section 4.1). */
function theCalendar(native: string): Block {
  const [calendar] = parseBlocks(native).calendars;
  if (!calendar) throw new IcalError('not-icalendar', 'the calendar object has no VCALENDAR');
  return { ...calendar, lines: calendar.lines.filter(line => lineName(line) !== 'METHOD') };
}

function replaceBlock(calendar: Block, old: Block, block: Block): Block {
  return { ...calendar, blocks: calendar.blocks.map(one => (one === old ? block : one)) };
}

function isOverride(block: Block): boolean {
  return block.name === 'VEVENT' && block.lines.some(line => lineName(line) === 'RECURRENCE-ID');
}

/** The lines of one VEVENT with these fields written anew, each where it stood. */
function editLines(lines: readonly string[], fields: Fields, status: EventStatus, now: Instant): readonly string[] {
  const { when, title, place, notes, url, busy } = fields;
  const textOf = (name: string) => parseProperty(lines.find(line => lineName(line) === name) ?? '')?.value ?? '';
  const own = splitNotes(cleanText(textOf('DESCRIPTION'))).own;
  const moved = place !== undefined && place !== oneLine(textOf('LOCATION'));
  const edits: readonly (readonly [wanted: boolean, names: readonly string[], written: () => readonly string[]])[] = [
    [
      when !== undefined,
      ['DTSTART', 'DTEND', 'DURATION', 'X-MICROSOFT-CDO-ALLDAYEVENT'],
      () => (when ? whenLines(when) : []),
    ],
    [title !== undefined, ['SUMMARY'], () => [textLine('SUMMARY', title ?? '')]],
    // A map that showed the old place would send people there.
    [moved, ['LOCATION', 'GEO', 'X-APPLE-STRUCTURED-LOCATION'], () => placeLines(place ?? '')],
    [notes !== undefined, ['DESCRIPTION', 'X-ALT-DESC', 'STYLED-DESCRIPTION'], () => [notesLine(notes ?? '', own)]],
    [url !== undefined, ['URL'], () => urlLines(url ?? null)],
    [
      busy !== undefined,
      ['TRANSP', 'STATUS', 'X-MICROSOFT-CDO-BUSYSTATUS'],
      () => (busy ? busyLines(busy, status) : []),
    ],
    [true, ['DTSTAMP'], () => [instantLine('DTSTAMP', now)]],
    [true, ['LAST-MODIFIED'], () => [instantLine('LAST-MODIFIED', now)]],
  ];
  return edits
    .filter(([wanted]) => wanted)
    .reduce<readonly string[]>((left, [, names, written]) => replaceLines(left, names, written()), lines);
}

/** `lines` with all of those names gone and `written` where the first of them stood, or at the end. */
function replaceLines(
  lines: readonly string[],
  names: readonly string[],
  written: readonly string[],
): readonly string[] {
  const goes = (line: string) => names.includes(lineName(line));
  const first = lines.findIndex(goes);
  const kept = lines.filter(line => !goes(line));
  return kept.toSpliced(first < 0 ? kept.length : first, 0, ...written);
}
