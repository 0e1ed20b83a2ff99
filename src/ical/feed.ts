/** Many events in one calendar: the export, and the feed a person subscribes to. Pure. RFC 5545, RFC 7986. */
import type { Face } from '../model/face.ts';
import type { Instant } from '../model/ids.ts';
import { type Block, newBlock, renderBlock } from './block.ts';
import { canonFace } from './canon.ts';
import { eventBlocks, whensOf } from './event-blocks.ts';
import { instantLine, productLines } from './event-lines.ts';
import { rawLine, textLine } from './property.ts';
import type { EventStatus } from './read-event.ts';
import { oneLine } from './text.ts';
import { zoneBlocks } from './zones.ts';

export type FeedItem = Readonly<{
  uid: string;
  sequence: number;
  /** When the event was last changed: the same text as long as nothing changes. */
  stampedAt: Instant;
  face: Face;
  status: EventStatus;
  /** The id by which an import knows the event again; null: a reader's feed, which tells none. */
  callboardId: string | null;
}>;

/** `publish`: a feed to subscribe to, with METHOD and a wish how often to come; else a file. */
type Feed = Readonly<{ name: string; items: readonly FeedItem[]; publish: boolean }>;

/** Throws IcalError `bad-rule`. */
export function writeFeed({ name, items, publish }: Feed): string {
  const canonical = items.map(item => ({ ...item, face: canonFace(item.face) }));
  const zones = zoneBlocks(canonical.flatMap(({ face }) => whensOf(face)));
  return renderBlock(newBlock('VCALENDAR', headLines(name, publish), [...zones, ...canonical.flatMap(itemBlocks)]));
}

function headLines(name: string, publish: boolean): readonly string[] {
  const title = oneLine(name);
  return [
    ...productLines,
    ...(publish ? ['METHOD:PUBLISH', 'REFRESH-INTERVAL;VALUE=DURATION:PT1H', 'X-PUBLISHED-TTL:PT1H'] : []),
    textLine('NAME', title),
    textLine('X-WR-CALNAME', title),
  ];
}

function itemBlocks({ uid, stampedAt, sequence, face, status, callboardId }: FeedItem): readonly Block[] {
  const stamps = [instantLine('DTSTAMP', stampedAt), instantLine('LAST-MODIFIED', stampedAt)];
  const head = [textLine('UID', uid), ...stamps, rawLine('SEQUENCE', String(sequence))];
  const mark = callboardId === null ? [] : [textLine('X-CALLBOARD-ID', callboardId)];
  return eventBlocks(face, { status, head, mark, ownNotes: false });
}
