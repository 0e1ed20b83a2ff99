/** A canonical face as VEVENTs. Pure. */
import type { Face } from '../model/face.ts';
import type { When } from '../model/when.ts';
import { type Block, newBlock } from './block.ts';
import { occurrenceLines, recurrenceLine, seriesLines, urlLines } from './event-lines.ts';
import type { EventStatus } from './read-event.ts';

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
