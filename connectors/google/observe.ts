/**
 * Reading a calendar: everything, or what changed since a sync token. Single events go on page by page; what belongs
 * to a series is held until the last page has come, since an occurrence may come before its series.
 */
import type { Observed } from '../../src/model/copy.ts';
import { brandId, type Cursor, type RemoteId, type Tag } from '../../src/model/ids.ts';
import { isZone, type ZoneName } from '../../src/model/when.ts';
import type { Known, Page } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { GoogleClient } from './client.ts';
import { type Family, isCancelled, isSeries } from './details.ts';
import { readExceptions, readFamily } from './family.ts';
import { observedOf, remoteIdOf } from './item.ts';
import { eventTypes, limits } from './limits.ts';
import type { Zones } from './moment.ts';
import type { EventPage, GoogleEvent } from './wire.ts';

export type Reading = Readonly<{
  client: GoogleClient;
  home: ZoneName;
  known: Known;
  /** Whether we are to write there. */
  writes: boolean;
}>;

/** A token is good for the words with which it was asked for: they stand before it. */
const cursorHead = `${eventTypes.join('+')}:`;
const writerRoles: ReadonlySet<string> = new Set(['owner', 'writer', 'writerWithoutPrivateAccess']);

/** Throws RemoteError `cursor-expired`, `gone` (the calendar is not there), `forbidden` (it may only be read). */
export async function* observeCalendar(reading: Reading, from: Cursor | null): AsyncGenerator<Page> {
  const kind = from === null ? 'snapshot' : 'delta';
  const held = new Held();
  let pageToken: string | null = null;
  for (let number = 0; number < limits.pages; number += 1) {
    const page: EventPage = await reading.client.list(from === null ? null : syncTokenOf(from), pageToken);
    checkRole(reading, page.accessRole);
    const zones = zonesOf(reading, page);
    const items = kind === 'delta' ? goneOf(page.events) : [];
    for (const event of page.events) {
      if (held.takes(event) || isCancelled(event)) continue;
      items.push(observedOf({ master: event, exceptions: [] }, zones));
    }
    for (const { id, etag } of page.bad) {
      const tag = etag === null ? null : brandId<Tag>(etag);
      items.push({ kind: 'unreadable', remoteId: remoteIdOf(id), tag, problem: 'Google shows it in no form we know' });
    }
    pageToken = page.nextPageToken;
    if (pageToken !== null) {
      yield { kind, ...(await sifted(items, kind, reading.known)), last: false, next: null };
      continue;
    }
    if (page.nextSyncToken === null) throw new RemoteError('protocol', 'the listing ended without a sync token');
    for (const family of await held.families(reading.client, kind)) items.push(observedOf(family, zones));
    const next = brandId<Cursor>(`${cursorHead}${page.nextSyncToken}`);
    yield { kind, ...(await sifted(items, kind, reading.known)), last: true, next };
    return;
  }
  throw new RemoteError('protocol', 'the listing has no end');
}

/** What belongs to a series, until all of it is there. */
class Held {
  readonly #masters = new Map<string, GoogleEvent>();
  readonly #gone = new Set<string>();
  readonly #exceptions = new Map<string, GoogleEvent>();

  /** Whether this event is kept here. What comes later in the listing is newer. */
  takes(event: GoogleEvent): boolean {
    const { id, recurringEventId } = event;
    if (recurringEventId !== null) {
      this.#exceptions.set(id, event);
      return true;
    }
    this.#masters.delete(id);
    if (isCancelled(event)) this.#gone.add(id);
    else this.#gone.delete(id);
    if (isCancelled(event) || !isSeries(event)) return false;
    this.#masters.set(id, event);
    return true;
  }

  /** In a snapshot the listing holds it all; a change may name one occurrence only, and the rest is asked for. */
  async families(client: GoogleClient, kind: Page['kind']): Promise<Family[]> {
    const byMaster = Map.groupBy(this.#exceptions.values(), event => event.recurringEventId ?? event.id);
    const ids = new Set([...this.#masters.keys(), ...byMaster.keys()]);
    const families: Family[] = [];
    for (const id of ids) {
      if (this.#gone.has(id)) continue;
      const exceptions = byMaster.get(id) ?? [];
      const master = this.#masters.get(id);
      if (master)
        families.push(kind === 'snapshot' ? { master, exceptions } : await readExceptions(client, master, exceptions));
      else families.push(...(await withoutMaster(client, id, exceptions)));
    }
    return families;
  }
}

/** Its series was not in the listing: it is asked for. An occurrence to which somebody was invited alone has none. */
async function withoutMaster(client: GoogleClient, id: string, exceptions: readonly GoogleEvent[]): Promise<Family[]> {
  const family = await readFamily(client, id);
  if (family === null) return exceptions.map(master => ({ master, exceptions: [] }));
  const listed = new Set(family.exceptions.map(event => event.id));
  const more = exceptions.filter(event => !listed.has(event.id));
  return [{ ...family, exceptions: [...family.exceptions, ...more] }];
}

/** What is known by its tag is not handed on. */
async function sifted(
  items: readonly Observed[],
  kind: Page['kind'],
  known: Known,
): Promise<Pick<Page, 'items' | 'unchanged'>> {
  const there = items.filter(item => kind === 'delta' || item.kind !== 'gone');
  const tags = await known(there.map(({ remoteId }) => remoteId));
  const isKnown = (item: Observed) =>
    item.kind === 'present' && item.tag !== null && tags.get(item.remoteId) === item.tag;
  const unchanged: RemoteId[] = kind === 'delta' ? [] : there.filter(isKnown).map(({ remoteId }) => remoteId);
  return { items: there.filter(item => !isKnown(item)), unchanged };
}

function goneOf(events: readonly GoogleEvent[]): Observed[] {
  return events
    .filter(event => isCancelled(event) && event.recurringEventId === null)
    .map(({ id }) => ({ kind: 'gone', remoteId: remoteIdOf(id) }));
}

function syncTokenOf(cursor: Cursor): string {
  if (!cursor.startsWith(cursorHead)) {
    throw new RemoteError('cursor-expired', 'the cursor was made for another question');
  }
  return cursor.slice(cursorHead.length);
}

function zonesOf({ home }: Reading, { timeZone }: EventPage): Zones {
  return { home, calendar: timeZone !== null && isZone(timeZone) ? timeZone : null };
}

function checkRole({ writes }: Reading, role: string | null): void {
  if (!writes || role === null || writerRoles.has(role)) return;
  const message =
    'this calendar is shared for reading only: its owner must allow “Make changes to events”, or link it as `busy`';
  throw new RemoteError('forbidden', message, { detail: { role } });
}
