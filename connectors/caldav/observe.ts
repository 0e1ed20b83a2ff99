/**
 * Reading a collection: what changed since a cursor, or everything. An item whose tag is known is not fetched, so an
 * idle pass is one small request. A cursor is `sync:<token>` (RFC 6578) or, for servers without it, `ctag:<ctag>`.
 */
import type { Observed } from '../../src/model/copy.ts';
import { brandId, type Cursor, type RemoteId } from '../../src/model/ids.ts';
import type { ZoneName } from '../../src/model/when.ts';
import type { Known, Page } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { Collection, Entry } from './collection.ts';
import { observedOf, type Uids } from './item.ts';
import { capabilities, limits } from './limits.ts';

export type Reading = Readonly<{ collection: Collection; zone: ZoneName; known: Known }>;

/** Throws RemoteError `cursor-expired`, `gone` (the calendar is not there), `protocol`. */
export async function* observeCollection(reading: Reading, from: Cursor | null): AsyncGenerator<Page> {
  const [, kind, value = ''] = /^(sync|ctag):(.*)$/s.exec(from ?? '') ?? [];
  if (from !== null && kind === undefined) throw new RemoteError('cursor-expired', 'the cursor is not one of CalDAV');
  if (kind === 'sync') {
    yield* readChanges(reading, value, 'delta');
  } else if (kind === 'ctag' && (await reading.collection.ctag()) === value) {
    yield { kind: 'delta', items: [], unchanged: [], last: true, next: from };
  } else {
    yield* readAll(reading);
  }
}

async function* readAll(reading: Reading): AsyncGenerator<Page> {
  const offered = yield* readChanges(reading, '', 'snapshot');
  if (offered) return;
  const { entries, ctag } = await reading.collection.list();
  const next = ctag === null ? null : brandId<Cursor>(`ctag:${ctag}`);
  yield* pagesOf(reading, 'snapshot', entries, new Map(), { last: true, next });
}

/** Follows a listing that the server cuts into parts (507). Returns whether the server offers such listings. */
async function* readChanges(reading: Reading, from: string, kind: Page['kind']): AsyncGenerator<Page, boolean> {
  const uids: Uids = new Map();
  let token = from;
  for (let round = 0; round < limits.truncations; round += 1) {
    const changes = await reading.collection.changesSince(token);
    if (changes === null || (changes.token === null && from === '' && round === 0)) return false;
    if (changes.token === null) throw new RemoteError('protocol', 'the server gave no new sync token');
    const next = changes.more ? null : brandId<Cursor>(`sync:${changes.token}`);
    yield* pagesOf(reading, kind, changes.entries, uids, { last: !changes.more, next });
    if (!changes.more) return true;
    if (changes.token === token) break;
    token = changes.token;
  }
  throw new RemoteError('protocol', 'the server keeps cutting its listing short');
}

/** The listed items as pages: first those that are known and need no request, then the others as they are fetched. */
async function* pagesOf(
  reading: Reading,
  kind: Page['kind'],
  entries: readonly Entry[],
  uids: Uids,
  end: Pick<Page, 'last' | 'next'>,
): AsyncGenerator<Page> {
  const gone: Observed[] = entries.filter(entry => entry.gone).map(({ id }) => ({ kind: 'gone', remoteId: id }));
  const there = entries.filter(entry => !entry.gone);
  const known = await reading.known(there.map(({ id }) => id));
  const isKnown = ({ id, tag }: Entry) => tag !== null && known.get(id) === tag;
  const unchanged = kind === 'snapshot' ? there.filter(isKnown).map(({ id }) => id) : [];
  const wanted = there.filter(entry => !isKnown(entry)).map(({ id }) => id);
  const page = { kind, items: [], unchanged: [], last: false, next: null };
  for (const some of chunks(unchanged, limits.unchangedPage)) yield { ...page, unchanged: some };
  for (const some of chunks(ownFirst(wanted), limits.batch * capabilities.parallel)) {
    yield { ...page, items: await fetchItems(reading, some, uids) };
  }
  yield { ...page, items: gone, ...end };
}

/** These items as they are now, in batches side by side. */
export async function fetchItems(
  reading: Pick<Reading, 'collection' | 'zone'>,
  ids: readonly RemoteId[],
  uids: Uids,
): Promise<Observed[]> {
  const batches = await Promise.all(chunks(ids, limits.batch).map(batch => reading.collection.fetch(batch)));
  return batches.flat().map(resource => observedOf(resource, reading.zone, uids));
}

/** Of two items with one UID the second is reported; let that not be ours. */
function ownFirst(ids: readonly RemoteId[]): RemoteId[] {
  const isOwn = (id: RemoteId) => /\/[\da-f]{32}\.ics$/.test(id);
  return [...ids.filter(isOwn), ...ids.filter(id => !isOwn(id))];
}

/** Runs of at most `size`. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const runs = Math.ceil(items.length / size);
  return Array.from({ length: runs }, (_, run) => items.slice(run * size, (run + 1) * size));
}
