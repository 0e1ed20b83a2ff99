/**
 * Reading a calendar. A cursor holds the window of its round beside the delta link, since Graph freezes the window in
 * the link: when it no longer covers what is asked, or has served its time, a fresh round is read. What merely left the
 * window is named nowhere and so is never taken for deleted.
 */
import { z } from 'zod';
import type { Observed } from '../../src/model/copy.ts';
import { brandId, type Cursor, type Instant, type RemoteId } from '../../src/model/ids.ts';
import type { Range, ZoneName } from '../../src/model/when.ts';
import type { Known, Page } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { Changes, GraphCalendar } from './calendar.ts';
import { noParts, observedOf } from './item.ts';
import { limits } from './limits.ts';
import { readWholes } from './series.ts';
import { type GraphEvent, type Named, readEvent } from './wire.ts';

export type Reading = Readonly<{ calendar: GraphCalendar; home: ZoneName; known: Known; now: Instant }>;

const position = z.object({ base: z.string(), link: z.string(), from: z.number(), to: z.number(), at: z.number() });
type Position = Readonly<z.infer<typeof position>>;

const blankPage = { items: [], unchanged: [], last: false, next: null } as const;
const day = 86_400_000;

/** Throws RemoteError `cursor-expired`, `gone` (the calendar is not there), `forbidden`, `protocol`. */
export async function* observeCalendar(reading: Reading, from: Cursor | null, window: Range): AsyncGenerator<Page> {
  const place = from === null ? null : readCursor(from);
  if (place === null || !isGood(place, reading, window)) yield* readAll(reading, window);
  else yield* readChanges(reading, place);
}

function readCursor(cursor: Cursor): Position {
  try {
    return position.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new RemoteError('cursor-expired', 'the cursor is not one of Graph', { cause });
  }
}

function isGood({ base, from, to, at }: Position, { calendar, now }: Reading, window: Range): boolean {
  const covers = from <= window.from && (to >= window.to + day || to - from >= limits.windowMs);
  return covers && base === calendar.base && now < at + limits.roundMs;
}

/** All that touches the window, with the cursor of a new round. */
async function* readAll(reading: Reading, window: Range): AsyncGenerator<Page> {
  const { calendar, home, known, now } = reading;
  const from = window.from - limits.windowBeforeMs;
  const to = Math.min(window.to + limits.windowAfterMs, from + limits.windowMs);
  // Marks never come with a round, so ours are listed beside it.
  const marked = new Map((await calendar.marked(null)).map(event => [event.id, event] as const));
  const masters = new Set<string>();
  let link = '';
  for await (const { entries, link: next } of pagesOf(calendar, () => calendar.startRound({ from, to }))) {
    link = next;
    const { singles, series } = sortEntries(entries);
    for (const id of series) masters.add(id);
    const seen = [...singles.values()].map(event => observedOf(withMarks(event, marked), noParts, home));
    yield { kind: 'snapshot', ...blankPage, ...(await sift(seen, known)) };
    for (const id of singles.keys()) marked.delete(id);
  }
  // Ours may lie outside the window, or have no date left inside it.
  const outside = sortEvents([...marked.values()]);
  for (const id of outside.series) masters.add(id);
  const seen = [...outside.singles.values()].map(event => observedOf(event, noParts, home));
  yield { kind: 'snapshot', ...blankPage, ...(await sift(seen, known)) };
  yield* readMasters(reading, [...masters], 'snapshot');
  const next = brandId<Cursor>(JSON.stringify({ base: calendar.base, link, from, to, at: now } satisfies Position));
  yield { kind: 'snapshot', ...blankPage, last: true, next };
}

/** The marks of one that changed since they were listed are still its own. */
function withMarks(event: GraphEvent, marked: ReadonlyMap<string, GraphEvent>): GraphEvent {
  return { ...event, singleValueExtendedProperties: marked.get(event.id)?.singleValueExtendedProperties };
}

async function* readMasters(reading: Reading, ids: readonly string[], kind: Page['kind']): AsyncGenerator<Page> {
  for (let at = 0; at < ids.length; at += limits.batch) {
    const { items, throttled } = await lookAtEvents(reading, ids.slice(at, at + limits.batch));
    yield { kind, ...blankPage, ...(await sift(items, reading.known)) };
    if (throttled !== null) throw throttled;
  }
}

/**
 * What changed since a round. Whatever is named is read by itself: rounds carry no marks, occurrences come without
 * texts, deleted occurrences not at all, and `@removed` may mean no more than a touch outside the window.
 */
async function* readChanges(reading: Reading, place: Position): AsyncGenerator<Page> {
  const { calendar, home, known } = reading;
  const named = new Map<string, Named>();
  const read = new Set<string>();
  let link = place.link;
  for await (const page of pagesOf(calendar, () => calendar.followRound(place.link))) {
    link = page.link;
    // Of an item that is named more than once the last is true.
    for (const entry of page.entries) named.set(entry.id, entry);
  }
  const { singles, series, removed } = sortEntries([...named.values()]);
  const tags = await known([...singles.keys()].map(id => brandId<RemoteId>(id)));
  for (const [id, event] of singles) {
    const seen = observedOf(event, noParts, home);
    if (seen.kind === 'gone' || seen.tag === null || tags.get(seen.remoteId) !== seen.tag) read.add(id);
  }
  for (const id of [...series, ...removed]) read.add(id);
  yield* readMasters(reading, [...read], 'delta');
  const next = brandId<Cursor>(JSON.stringify({ ...place, link }));
  yield { kind: 'delta', ...blankPage, last: true, next };
}

type Sorted = Readonly<{
  singles: ReadonlyMap<string, GraphEvent>;
  /** Masters, also of occurrences that were named. */
  series: ReadonlySet<string>;
}>;

function sortEntries(entries: readonly Named[]): Sorted & Readonly<{ removed: ReadonlySet<string> }> {
  const events = entries.map(({ id, removed, value }) => ({ id, event: removed ? null : readEvent(value) }));
  const removed = new Set(events.flatMap(({ id, event }) => (event === null ? id : [])));
  return { ...sortEvents(events.flatMap(({ event }) => event ?? [])), removed };
}

function sortEvents(events: readonly GraphEvent[]): Sorted {
  const singles = new Map<string, GraphEvent>();
  const series = new Set<string>();
  for (const event of events) {
    if (event.seriesMasterId) series.add(event.seriesMasterId);
    else if (event.type === 'seriesMaster' || event.recurrence) series.add(event.id);
    else singles.set(event.id, event);
  }
  return { singles, series };
}

/** The pages of a round. Throws `protocol` where Graph goes round in circles (reference section 4.5). */
async function* pagesOf(calendar: GraphCalendar, first: () => Promise<Changes>): AsyncGenerator<Changes> {
  const seen = new Set<string>();
  let page = await first();
  for (let count = 1; ; count += 1) {
    yield page;
    if (!page.more) return;
    const ids = page.entries.map(({ id }) => id).join(' ');
    if ((ids !== '' && seen.has(ids)) || count >= limits.pages) {
      throw new RemoteError('protocol', 'Graph repeats a page of changes for ever');
    }
    seen.add(ids);
    page = await calendar.followRound(page.link);
  }
}

/** What is known by its tag need not be stored again. */
async function sift(seen: readonly Observed[], known: Known): Promise<Pick<Page, 'items' | 'unchanged'>> {
  const tags = await known(seen.map(({ remoteId }) => remoteId));
  const isKnown = (item: Observed) => item.kind !== 'gone' && item.tag !== null && tags.get(item.remoteId) === item.tag;
  return {
    items: seen.filter(item => !isKnown(item)),
    unchanged: seen.filter(isKnown).map(({ remoteId }) => remoteId),
  };
}

/** These events as they are now. An occurrence among them stands for its series. */
export async function lookAtEvents(
  { calendar, home }: Pick<Reading, 'calendar' | 'home'>,
  ids: readonly string[],
): Promise<Readonly<{ items: readonly Observed[]; throttled: RemoteError | null }>> {
  const { wholes, throttled } = await readWholes(calendar, ids, home);
  const items: Observed[] = [];
  const masters = new Set<string>();
  for (const [id, whole] of wholes) {
    const master = whole?.event.seriesMasterId;
    if (master && !wholes.has(master)) masters.add(master);
    if (!master) items.push(whole ? observedOf(whole.event, whole.parts, home) : goneItem(id));
  }
  if (masters.size === 0 || throttled !== null) return { items, throttled };
  const more = await lookAtEvents({ calendar, home }, [...masters]);
  return { items: [...items, ...more.items], throttled: more.throttled };
}

function goneItem(id: string): Observed {
  return { kind: 'gone', remoteId: brandId<RemoteId>(id) };
}
