/**
 * Reads what a calendar shows and stores it: items, busy times and cursor, one transaction a page. The cursor is stored
 * only with the last page; absence is believed only of a snapshot whose last page came.
 */
import { busyBlocks } from '../ical/expand.ts';
import type { BusyBlock } from '../model/calendar.ts';
import type { Observed, Present } from '../model/copy.ts';
import type { ScheduledEvent } from '../model/event.ts';
import { timesOnly } from '../model/face.ts';
import type { CalendarId, RemoteId } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { overlaps, type Range, rangeOf } from '../model/when.ts';
import type { Repositories } from '../store/store.ts';
import type { Known, Page } from './connector.ts';
import { reportItems } from './item-findings.ts';
import { freeRefused } from './refused.ts';
import { RemoteError } from './remote-error.ts';
import { recordResponses } from './responses.ts';
import { leaseMs, type Run } from './run.ts';

/** Reads the calendar up to date. Returns whether anything there was new to us. Throws RemoteError. */
export async function observeCalendar(run: Run, snapshot: ScheduleSnapshot, window: Range): Promise<boolean> {
  const row = await run.parts.store.read(r => r.calendars.get(run.row.link.id));
  const cursor = row?.cursor ?? null;
  try {
    return await readPages(run, snapshot, window, cursor);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.kind !== 'cursor-expired' || cursor === null) throw error;
    run.parts.runtime.log.info({ calendar: run.row.link.id }, 'cursor expired: reading everything anew');
    await run.parts.store.write(r => r.calendars.patch(run.row.link.id, { cursor: null, snapshotId: null }));
    return await readPages(run, snapshot, window, null);
  }
}

async function readPages(
  run: Run,
  snapshot: ScheduleSnapshot,
  window: Range,
  from: NonNullable<Run['row']['cursor']> | null,
): Promise<boolean> {
  const { store, runtime } = run.parts;
  // Whether this is a snapshot the pages say: a server without a change log gives one whatever the cursor.
  const newId = runtime.id();
  const known: Known = ids => store.read(r => r.copies.tags(run.row.link.id, ids));
  let changed = false;
  for await (const page of run.session.observe(from, window, known)) {
    run.tally.observed += page.items.length;
    if (page.items.length > 0) changed = true;
    runtime.bias('before-page');
    await store.write(async r => {
      await r.calendars.requireLease(run.lease, runtime.now() + leaseMs);
      const snapshotId = page.kind === 'snapshot' ? newId : null;
      if (await storePage(run, r, page, snapshot, window, snapshotId)) changed = true;
    });
    if (page.last) return changed;
  }
  throw new RemoteError('protocol', 'the listing ended before its last page');
}

/** Returns whether the page proved something gone. */
async function storePage(
  run: Run,
  r: Repositories,
  page: Page,
  snapshot: ScheduleSnapshot,
  window: Range,
  snapshotId: string | null,
): Promise<boolean> {
  await storeItems(run, r, page.items, page.unchanged, snapshot, window, snapshotId);
  const gone = snapshotId === null || !page.last ? [] : await findGone(run, r, snapshotId, window);
  if (gone.length > 0) {
    const vanished = gone.map(remoteId => ({ kind: 'gone' as const, remoteId }));
    await storeItems(run, r, vanished, [], snapshot, window, snapshotId);
  }
  // What was planned before is out of date from here on, also if this process is killed before it plans anew.
  const stale = page.items.length + gone.length > 0 ? { plannedFrom: null } : {};
  const position = page.last ? { cursor: page.next, snapshotId } : {};
  await r.calendars.patch(run.row.link.id, { ...stale, ...position });
  return gone.length > 0;
}

/** What a complete snapshot did not mention, and would have if it were still there. */
async function findGone(run: Run, r: Repositories, snapshotId: string, window: Range): Promise<readonly RemoteId[]> {
  const unseen = await r.copies.unseen(run.row.link.id, snapshotId);
  if (run.session.can.wholeSnapshot || unseen.length === 0) return unseen;
  const sights = new Map((await r.copies.sights(run.row.link.id)).map(s => [s.observed.remoteId, s.observed] as const));
  return unseen.filter(id => {
    const observed = sights.get(id);
    return observed?.kind === 'present' && overlaps(rangeOf(observed.face.when), window);
  });
}

/** Stores observations; of what is not ours only the times get past this point. */
export async function storeItems(
  run: Run,
  r: Repositories,
  items: readonly Observed[],
  unchanged: readonly RemoteId[],
  snapshot: ScheduleSnapshot,
  window: Range,
  snapshotId: string | null,
): Promise<void> {
  const { link } = run.row;
  const uids = uidsOf(snapshot);
  const copies = new Set((await r.copies.copies(link.id)).map(copy => copy.remoteId));
  const isOurs = (item: Observed) =>
    copies.has(item.remoteId) || (item.kind === 'present' && (item.marker !== null || uids.has(item.uid ?? '')));
  const kept = items.map(item => (item.kind === 'present' && !isOurs(item) ? strip(item) : item));
  const foreignGone = items.filter(item => item.kind === 'gone' && !isOurs(item)).map(item => item.remoteId);
  const stored = kept.filter(item => !foreignGone.includes(item.remoteId));
  await recordResponses(
    run,
    r,
    items.filter(item => !copies.has(item.remoteId)),
    uids,
  );
  const stoodThere = await hasLeft(r, link.id, items);
  await r.copies.putSights(link.id, stored, unchanged, snapshotId, run.parts.runtime.now());
  if (foreignGone.length > 0) await r.copies.forget(link.id, foreignGone);
  if (stoodThere) await freeRefused(r, link.id);
  if (link.mode !== 'publish') {
    const busy = items.map(item => ({ item: item.remoteId, blocks: isOurs(item) ? [] : busyOf(item, window) }));
    if (busy.length > 0) await r.copies.putBusy(link.id, busy);
  }
  await reportItems(run, r, items, isOurs);
}

/**
 * Whether one of them was seen before, with our mark or the UID of an event, and is gone now. One that never was seen is
 * what a create made and took away again: to try that anew because it is gone would go on for ever.
 */
async function hasLeft(r: Repositories, calendar: CalendarId, items: readonly Observed[]): Promise<boolean> {
  const gone = new Set(items.flatMap(item => (item.kind === 'gone' ? [item.remoteId] : [])));
  if (gone.size === 0) return false;
  const isForeign = (item: Observed) => item.kind === 'present' && item.marker === null && item.uid === null;
  const sights = await r.copies.sights(calendar);
  return sights.some(({ observed: item }) => item.kind !== 'gone' && !isForeign(item) && gone.has(item.remoteId));
}

/** Titles, texts and places of other people's events stop here; production-domain.md section 5, rule 1. */
function strip(item: Present): Present {
  return { ...item, face: timesOnly(item.face), native: null, uid: null, response: null };
}

function busyOf(item: Observed, window: Range): readonly BusyBlock[] {
  return item.kind === 'present' ? busyBlocks(item.face, item.blocks, window) : [];
}

const uidMaps = new WeakMap<ScheduleSnapshot, ReadonlyMap<string, ScheduledEvent>>();

/** The events by their UIDs. */
function uidsOf(snapshot: ScheduleSnapshot): ReadonlyMap<string, ScheduledEvent> {
  const known =
    uidMaps.get(snapshot) ?? new Map([...snapshot.events.values()].map(event => [event.uid, event] as const));
  uidMaps.set(snapshot, known);
  return known;
}

/** The window has moved: what repeats is busy at new times. Works from what is stored, without a request. */
export async function refreshBusy(run: Run, r: Repositories, window: Range): Promise<void> {
  const sights = await r.copies.sights(run.row.link.id);
  // An item that lost its mark is still ours where a copy knows it.
  const copies = new Set((await r.copies.copies(run.row.link.id)).map(copy => copy.remoteId));
  const repeating = sights.flatMap(({ observed }) => {
    const unmarked = observed.kind === 'present' && observed.uid === null && observed.marker === null;
    return unmarked && !copies.has(observed.remoteId) && observed.face.series !== null ? [observed] : [];
  });
  if (run.row.link.mode === 'publish' || repeating.length === 0) return;
  await r.copies.putBusy(
    run.row.link.id,
    repeating.map(item => ({ item: item.remoteId, blocks: busyOf(item, window) })),
  );
}
