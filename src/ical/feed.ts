/** Many events in one calendar: the export, and the feed a person subscribes to. Pure. RFC 5545, RFC 7986. */
import type { Face } from '../model/face.ts';
import type { Instant } from '../model/ids.ts';
import { newBlock, renderBlock } from './block.ts';
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
export type Feed = Readonly<{ name: string; items: readonly FeedItem[]; publish: boolean }>;

/** Throws IcalError `bad-rule`. */
export function writeFeed({ name, items, publish }: Feed): string {
  const faces = items.map(({ face }) => canonFace(face));
  const title = oneLine(name);
  const head = [
    ...productLines,
    ...(publish ? ['METHOD:PUBLISH', 'REFRESH-INTERVAL;VALUE=DURATION:PT1H', 'X-PUBLISHED-TTL:PT1H'] : []),
    textLine('NAME', title),
    textLine('X-WR-CALNAME', title),
  ];
  const zones = zoneBlocks(faces.flatMap(whensOf));
  const events = items.flatMap(item => {
    const lines = [
      textLine('UID', item.uid),
      instantLine('DTSTAMP', item.stampedAt),
      instantLine('LAST-MODIFIED', item.stampedAt),
      rawLine('SEQUENCE', String(item.sequence)),
    ];
    const mark = item.callboardId === null ? [] : [textLine('X-CALLBOARD-ID', item.callboardId)];
    return eventBlocks(canonFace(item.face), item.status, lines, mark);
  });
  return renderBlock(newBlock('VCALENDAR', head, [...zones, ...events]));
}
