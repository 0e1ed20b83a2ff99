/** A calendar published as an iCalendar feed: read for busy time, never written. */

import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { IcalError } from '../../src/ical/ical-error.ts';
import { type ReadItem, type Reading, readCalendar } from '../../src/ical/read.ts';
import type { Observed, Present } from '../../src/model/copy.ts';
import { allFields } from '../../src/model/face.ts';
import { brandId, type Cursor, type RemoteId, type Tag } from '../../src/model/ids.ts';
import type { Range } from '../../src/model/when.ts';
import type { CalendarSession, Capabilities, Connector, ConnectorDoor, Known, Page } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { Lookup } from './address.ts';
import { fetchFeed } from './feed.ts';

const capabilities: Capabilities = {
  writes: false,
  conditional: false,
  ownIds: false,
  idsReusable: false,
  chosenUid: false,
  delta: false,
  deletionsInDelta: false,
  wholeSnapshot: true,
  push: false,
  fields: allFields,
  limits: { titleChars: 0, placeChars: 0, notesChars: 0 },
  parallel: 1,
  verified: '2026-11-22',
};

const pageSize = 200;

/** @param find resolves a host name; tests put their own */
export function createIcsConnector(find: Lookup): Connector {
  return {
    provider: 'ics',
    async open(link, door) {
      if (link.url === null) throw new RemoteError('rejected', 'a feed needs an address');
      return new IcsSession(door, link.url, find);
    },
  };
}

export const icsConnector = createIcsConnector(async host => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
});

class IcsSession implements CalendarSession {
  readonly can = capabilities;
  readonly #door: ConnectorDoor;
  readonly #url: string;
  readonly #find: Lookup;

  constructor(door: ConnectorDoor, url: string, find: Lookup) {
    this.#door = door;
    this.#url = url;
    this.#find = find;
  }

  canon: CalendarSession['canon'] = fields => fields;

  /** A snapshot, or one empty delta page where the feed is as it was. Throws `protocol` for a broken feed. */
  async *observe(from: Cursor | null, _window: Range, known: Known): AsyncGenerator<Page> {
    const { text, cursor } = await fetchFeed(this.#door, this.#url, from, this.#find);
    const end = { unchanged: [], last: true, next: cursor };
    if (text === null) {
      yield { kind: 'delta', items: [], ...end };
      return;
    }
    const seen = observedIn(read(text, this.#door));
    const tags = await known(seen.map(({ remoteId }) => remoteId));
    const isKnown = ({ remoteId, tag }: Present) => tag !== null && tags.get(remoteId) === tag;
    const unchanged = seen.filter(isKnown).map(({ remoteId }) => remoteId);
    const items = seen.filter(item => !isKnown(item));
    const page = { kind: 'snapshot', unchanged: [], last: false, next: null } as const;
    for (let at = 0; at < items.length; at += pageSize) yield { ...page, items: items.slice(at, at + pageSize) };
    yield { kind: 'snapshot', items: [], ...end, unchanged };
  }

  /** One reading of the whole feed answers for all of them. */
  async look(remoteIds: readonly RemoteId[]): Promise<readonly Observed[]> {
    const { text } = await fetchFeed(this.#door, this.#url, null, this.#find);
    const seen = new Map(observedIn(read(text ?? '', this.#door)).map(item => [item.remoteId, item]));
    return remoteIds.map(remoteId => seen.get(remoteId) ?? { kind: 'gone', remoteId });
  }

  find = async () => null;
  create = refuse;
  update = refuse;
  remove = refuse;
  unmark = refuse;

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function refuse(): Promise<never> {
  throw new RemoteError('unsupported', 'a feed can be read only');
}

/** An empty, broken or cut off feed proves nothing, least of all that everything was deleted. */
function read(text: string, { zone }: ConnectorDoor): Reading {
  try {
    const reading = readCalendar(text, { zone });
    if (!reading.truncated) return reading;
  } catch (cause) {
    if (!(cause instanceof IcalError)) throw cause;
    throw new RemoteError('protocol', `the feed cannot be read: ${cause.message}`, { cause });
  }
  throw new RemoteError('protocol', 'the feed is cut off');
}

/**
 * The items of a feed, named by what they say of time: some feeds give new UIDs on every read, and nothing else of
 * these events is kept.
 */
function observedIn({ items }: Reading): Present[] {
  const repeats = new Map<string, number>();
  return items.map(item => {
    const name = nameOf(item);
    const repeat = (repeats.get(name) ?? 0) + 1;
    repeats.set(name, repeat);
    const { face, marker, uid, blocks, flags } = item;
    const remoteId = brandId<RemoteId>(repeat === 1 ? name : `${name}-${repeat}`);
    const tag = brandId<Tag>(name);
    return { kind: 'present', remoteId, tag, face, marker, uid, native: null, blocks, remark: flags[0] ?? null };
  });
}

function nameOf({ face: { when, busy, series }, blocks, marker }: ReadItem): string {
  const overrides = series?.overrides.map(({ occurrence, face }) => [occurrence, face.when, face.busy]);
  const said = [when, busy, blocks, marker, series && [series.rrule, series.exdates, overrides]];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 32);
}
