/** Edits to a CalDAV object as its owner's programs left it: single lines change, everything else stays to the letter. */
import { type Fields, splitNotes } from '../model/face.ts';
import { brandId, type Instant } from '../model/ids.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../model/series.ts';
import type { When, ZoneName } from '../model/when.ts';
import type { Change } from '../sync/connector.ts';
import { allLines, type Block, newBlock, parseBlocks, renderBlock } from './block.ts';
import { canonFields } from './canon.ts';
import {
  busyLines,
  instantLine,
  markerLine,
  notesLine,
  occurrenceLines,
  placeLines,
  recurrenceLine,
  seriesLines,
  urlLines,
  whenLines,
} from './event-lines.ts';
import { IcalError } from './ical-error.ts';
import { lineName, parseProperty, propertiesOf, propertyOf, textLine } from './property.ts';
import { readCalendar } from './read.ts';
import { firstStamp, occurrenceOf, type ZoneReader } from './time.ts';
import { oneLine, cleanText } from './text.ts';
import { resolveZone, zoneBlock } from './zones.ts';

const utc = brandId<ZoneName>('UTC');

/**
 * The object with the changed fields, the marker's version and its time stamps written anew. Alarms, colours, unknown
 * properties, other people's ATTENDEE lines and the notes below our line survive; SEQUENCE stays as it is.
 * Throws IcalError: `bad-value` when the object holds no event of its own, and as `writeResource`.
 */
export function editResource(native: string, change: Change, now: Instant): string {
  const calendar = theCalendar(native);
  const master = calendar.blocks.find(isMaster);
  if (!master) throw new IcalError('bad-value', 'the calendar object has no event but changed occurrences');
  const fields = canonFields(change.fields);
  const edited = editLines(master.lines, fields, change.status, now);
  const marked = replaceLines(edited, ['X-CALLBOARD-COPY'], [markerLine(change.marker)]);
  const timing = fields.when || fields.series !== undefined ? timingOf(native, fields) : null;
  const lines = timing ? replaceLines(marked, ruleNames(fields), seriesLines(timing.series, timing.when)) : marked;
  const first = { ...master, lines };
  const others = calendar.blocks.filter(block => block !== master);
  const blocks = timing ? withOverrides(others, first, timing, change.status, now) : [first, ...others];
  const whole = newBlock('VCALENDAR', calendar.lines.filter(line => lineName(line) !== 'METHOD'), inOrder(calendar, master, first, blocks));
  return renderBlock(timing ? withZones(whole, timing) : whole);
}
