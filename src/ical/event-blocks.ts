/** A canonical face as VEVENTs. Pure. */
import type { Face } from '../model/face.ts';
import type { When } from '../model/when.ts';
import { type Block, newBlock } from './block.ts';
import { occurrenceLines, recurrenceLine, seriesLines, urlLines } from './event-lines.ts';
import type { EventStatus } from './read-event.ts';

type EventBlockOptions = Readonly<{
  status: EventStatus;
  /** UID, DTSTAMP and the like, with which every VEVENT begins. */
  head: readonly string[];
  /** Further lines of the first. */
  mark: readonly string[];
  /** Whether its owner may write notes of their own below ours. */
  ownNotes: boolean;
}>;

/** The event or series, then its changed occurrences. Throws IcalError `bad-rule`. */
export function eventBlocks(face: Face, { status, head, mark, ownNotes }: EventBlockOptions): readonly Block[] {
  const rule = seriesLines(face.series, face.when);
  const master = [...head, ...occurrenceLines(face, status, ownNotes), ...rule, ...urlLines(face.url), ...mark];
  const overrides = (face.series?.overrides ?? []).map(({ occurrence, face: own }) => {
    const lines = occurrenceLines(own, status, ownNotes);
    return newBlock('VEVENT', [...head, recurrenceLine(occurrence, face.when.zone), ...lines]);
  });
  return [newBlock('VEVENT', master), ...overrides];
}

/** Every time a face speaks of. */
export function whensOf(face: Face): readonly When[] {
  return [face.when, ...(face.series?.overrides.map(({ face: own }) => own.when) ?? [])];
}
