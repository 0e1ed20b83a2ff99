/** One event as one CalDAV object (RFC 4791 section 4.1): new, or edited where it stands. */
import type { Face } from '../model/face.ts';
import type { Instant } from '../model/ids.ts';
import type { When, ZoneName } from '../model/when.ts';
import type { Creation } from '../sync/connector.ts';
import { type Block, newBlock, renderBlock } from './block.ts';
import { canonFace } from './canon.ts';
import {
  instantLine,
  markerLine,
  occurrenceLines,
  productLines,
  recurrenceLine,
  seriesLines,
  urlLines,
} from './event-lines.ts';
import { textLine } from './property.ts';
import type { EventStatus } from './read-event.ts';
import { zoneBlock } from './zones.ts';

export { canonFields } from './canon.ts';
export { editResource, unmarkResource } from './edit.ts';

/**
 * A new calendar object: no METHOD, nobody invited, no alarm, colour or category, which are the person's own.
 * Throws IcalError `bad-rule` and `bad-value`.
 */
export function writeResource(creation: Creation, now: Instant): string {
  const face = canonFace(creation.face);
  const head = [textLine('UID', creation.uid), instantLine('DTSTAMP', now), instantLine('LAST-MODIFIED', now)];
  const events = eventBlocks(face, creation.status, [...head, 'SEQUENCE:0'], [markerLine(creation.marker)]);
  return renderBlock(newBlock('VCALENDAR', productLines, [...zoneBlocks(whensOf(face)), ...events]));
}

/**
 * The VEVENTs of a canonical face: the event or series, then its changed occurrences.
 * @param head UID, DTSTAMP and the like, which all of them begin with
 * @param mark further lines of the first
 */
export function eventBlocks(
  face: Face,
  status: EventStatus,
  head: readonly string[],
  mark: readonly string[],
): readonly Block[] {
  const rule = seriesLines(face.series, face.when);
  const master = [...head, ...occurrenceLines(face, status), ...rule, ...urlLines(face.url), ...mark];
  const overrides = (face.series?.overrides ?? []).map(({ occurrence, face: own }) =>
    newBlock('VEVENT', [...head, recurrenceLine(occurrence, face.when.zone), ...occurrenceLines(own, status)]),
  );
  return [newBlock('VEVENT', master), ...overrides];
}

/** Every time a face speaks of. */
export function whensOf(face: Face): readonly When[] {
  return [face.when, ...(face.series?.overrides.map(({ face: own }) => own.when) ?? [])];
}

/** The VTIMEZONEs that these times need, each once. */
export function zoneBlocks(whens: readonly When[]): readonly Block[] {
  const zones = new Set<ZoneName>(whens.filter(({ kind }) => kind === 'timed').map(({ zone }) => zone));
  return [...zones].sort().map(zoneBlock);
}
