/** A member of the collection as the engine sees it. Pure. */
import { occurrenceAt } from '../../src/ical/expand.ts';
import { IcalError } from '../../src/ical/ical-error.ts';
import { type ReadItem, type Reading, readCalendar } from '../../src/ical/read.ts';
import type { Observed, Present } from '../../src/model/copy.ts';
import type { Face } from '../../src/model/face.ts';
import type { RemoteId } from '../../src/model/ids.ts';
import type { ZoneName } from '../../src/model/when.ts';
import type { Resource } from './collection.ts';

/** Which item of this reading has which UID. */
export type Uids = Map<string, RemoteId>;

/**
 * Reads a resource. One that breaks the rules of RFC 4791 section 4.1 (one UID a resource, each UID once) is
 * `unreadable`, and so is broken text; a resource that holds no event (a to-do) is no item at all: `gone`.
 */
export function observedOf(resource: Resource, zone: ZoneName, uids: Uids): Observed {
  const { id: remoteId, tag, text, refused } = resource;
  if (text === null) return { kind: 'gone', remoteId };
  const unreadable = (problem: string): Observed => ({ kind: 'unreadable', remoteId, tag, problem });
  if (refused !== undefined) return unreadable(`the server does not show it (status ${refused})`);
  let reading: Reading;
  try {
    reading = readCalendar(text, { zone });
  } catch (error) {
    if (error instanceof IcalError) return unreadable(error.message);
    throw error;
  }
  const problem = problemOf(reading);
  if (problem !== null) return unreadable(problem);
  const [first, ...others] = reading.items;
  if (first === undefined) return { kind: 'gone', remoteId };
  const holder = uids.get(first.uid);
  if (holder !== undefined && holder !== remoteId) return unreadable('its UID is that of another item in the calendar');
  uids.set(first.uid, remoteId);
  return presentOf(joined(first, others), resource, text);
}

/** Why this resource must be left alone; null: it can be used. What is ours must be understood whole. */
function problemOf({ items, problems, truncated }: Reading): string | null {
  if (truncated) return 'its text is cut off';
  if (new Set(items.map(({ uid }) => uid)).size > 1) return 'it holds more than one event';
  const own = problems.find(({ uid }) => uid !== null)?.problem ?? null;
  const isOurs = items.some(({ marker }) => marker !== null);
  if (isOurs && items.length > 1) return 'single dates were added to the event, which cannot be kept in step';
  return isOurs || items.length === 0 ? own : null;
}

/**
 * One item of a foreign event that came in several: a series with extra dates (RDATE), or changed occurrences whose
 * series is not in this calendar. Its times are right, which is all that is kept of it.
 */
function joined(first: ReadItem, others: readonly ReadItem[]): ReadItem {
  if (others.length === 0) return first;
  const { series } = first.face;
  const more = others.map(({ face, recurrence }) => ({
    occurrence: recurrence ?? occurrenceAt(face.when, Temporal.PlainDateTime.from(face.when.start)),
    face: { when: face.when, title: face.title, place: face.place, notes: face.notes, busy: face.busy },
  }));
  const overrides = [...(series?.overrides ?? []), ...more].sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1));
  const base = series ?? { rrule: 'FREQ=DAILY;COUNT=1', exdates: [] };
  const face: Face = { ...first.face, series: { ...base, overrides } };
  return { ...first, face, blocks: [first, ...others].some(({ blocks }) => blocks) };
}

function presentOf(item: ReadItem, { id, tag }: Resource, native: string): Present {
  const { face, marker, uid, blocks, flags, response } = item;
  const remark = flags[0] ?? null;
  return { kind: 'present', remoteId: id, tag, face, marker, uid, native, blocks, remark, response };
}
