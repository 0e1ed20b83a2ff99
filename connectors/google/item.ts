/** An event, or a series with what differs from it, as the engine sees it. Pure. */
import { createHash } from 'node:crypto';
import { IcalError } from '../../src/ical/ical-error.ts';
import type { Observed, Present } from '../../src/model/copy.ts';
import type { Face } from '../../src/model/face.ts';
import { brandId, type RemoteId, type Tag } from '../../src/model/ids.ts';
import { detailsOf, type Family, isCancelled, isSeries, responseOf } from './details.ts';
import { isOpen, markerOf, uidOf } from './marker.ts';
import { type ReadWhen, readWhen, type Zones } from './moment.ts';
import { readSeries } from './series.ts';

export function remoteIdOf(id: string): RemoteId {
  return brandId<RemoteId>(id);
}

/**
 * The version of a whole family: the event's own etag; for a series with a sum over its changed occurrences, whose
 * own changes may leave the etag of the series as it was.
 */
export function tagOf({ master, exceptions }: Family): Tag | null {
  if (master.etag === null) return null;
  if (!isSeries(master)) return brandId<Tag>(master.etag);
  const lines = exceptions.map(({ id, etag }) => `${id} ${etag}`).sort();
  const sum = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
  return brandId<Tag>(`${master.etag}/${sum}`);
}

/** The etag that a tag begins with: what If-Match asks for. */
export function etagOf(tag: Tag): string {
  return tag.replace(/\/[\da-f]{16}$/, '');
}

export function isSeriesTag(tag: Tag | null): boolean {
  return tag !== null && etagOf(tag) !== tag;
}

/** What is there under this id; what breaks our reading is `unreadable`, and a cancelled event is `gone`. */
export function observedOf(family: Family, zones: Zones): Observed {
  const remoteId = remoteIdOf(family.master.id);
  if (isCancelled(family.master)) return { kind: 'gone', remoteId };
  try {
    return presentOf(family, zones);
  } catch (error) {
    if (!(error instanceof IcalError || error instanceof RangeError)) throw error;
    const problem = error instanceof IcalError ? error.message : 'a date or time is out of range';
    return { kind: 'unreadable', remoteId, tag: tagOf(family), problem };
  }
}

/** Throws IcalError. */
export function presentOf(family: Family, zones: Zones): Present {
  const { master } = family;
  if (isOpen(master)) throw new IcalError('bad-value', 'the series is not written to its end yet');
  // An occurrence whose series is not in this calendar has our mark only by inheritance.
  const marker = master.recurringEventId === null ? markerOf(master) : null;
  const { face, guessed } = readFace(family, zones, marker !== null);
  const { own, blocks } = detailsOf(master);
  return {
    kind: 'present',
    remoteId: remoteIdOf(master.id),
    tag: tagOf(family),
    face,
    marker,
    uid: uidOf(master),
    native: own,
    blocks: blocks || (face.series?.overrides.some(({ face: one }) => one.busy !== 'free') ?? false),
    remark: guessed ? 'zone-guessed' : null,
    response: responseOf(master),
  };
}

/**
 * @param strict whether single dates that were added to a series are refused (ours is then not to be kept in step)
 * Throws IcalError.
 */
export function readFace(family: Family, zones: Zones, strict: boolean): Readonly<{ face: Face; guessed: boolean }> {
  const { when, guessed }: ReadWhen = readWhen(family.master, zones);
  const { title, place, notes, url, busy } = detailsOf(family.master);
  const plain: Face = { when, title, place, notes, url, busy, series: null };
  if (!isSeries(family.master)) return { face: plain, guessed };
  return { face: { ...plain, series: readSeries(family, plain, zones, strict) }, guessed };
}
