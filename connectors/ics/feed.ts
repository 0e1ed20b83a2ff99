/** Fetching an iCalendar feed: conditional, bounded, redirects followed one by one. */
import { createHash } from 'node:crypto';
import { decodeCalendar } from '../../src/ical/text.ts';
import { brandId, type Cursor } from '../../src/model/ids.ts';
import type { ConnectorDoor } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { errorOfFailure, readBytes, retryAtOf } from '../http.ts';
import { checkHost, feedAddress, type Lookup } from './address.ts';

const feedLimits = { timeoutMs: 30_000, bytes: 5_000_000, redirects: 5 } as const;

/** Where a feed was: its validators and a hash of its text. */
type Mark = Readonly<{ etag: string; modified: string; hash: string }>;

/** `text` null: nothing has changed since the cursor. */
export type Fetched = Readonly<{ text: string | null; cursor: Cursor }>;

export async function fetchFeed(
  door: Pick<ConnectorDoor, 'fetch' | 'now' | 'signal'>,
  url: string,
  from: Cursor | null,
  lookup: Lookup,
): Promise<Fetched> {
  const known = from === null ? null : markIn(from);
  const reply = await follow(door, feedAddress(url), known, lookup);
  if (reply.status === 304 && from !== null) return { text: null, cursor: from };
  const bytes = await readBytes(reply, feedLimits.bytes).catch(error => {
    throw errorOfFailure(error);
  });
  if (reply.status !== 200) throw refusalOf(reply, door.now());
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const mark = { etag: reply.headers.get('etag') ?? '', modified: reply.headers.get('last-modified') ?? '', hash };
  return { text: known?.hash === hash ? null : decodeCalendar(bytes), cursor: cursorOf(mark) };
}

async function follow(
  door: Pick<ConnectorDoor, 'fetch' | 'signal'>,
  start: URL,
  known: Mark | null,
  lookup: Lookup,
): Promise<Response> {
  const headers = {
    accept: 'text/calendar',
    ...(known?.etag ? { 'if-none-match': known.etag } : {}),
    ...(known?.modified ? { 'if-modified-since': known.modified } : {}),
  };
  let url = start;
  for (let hops = 0; hops <= feedLimits.redirects; hops += 1) {
    await checkHost(url.hostname, lookup);
    const signal = AbortSignal.any([door.signal, AbortSignal.timeout(feedLimits.timeoutMs)]);
    const reply = await door.fetch(url, { headers, redirect: 'manual', signal }).catch(error => {
      throw errorOfFailure(error);
    });
    const location = reply.headers.get('location');
    if (reply.status < 301 || reply.status > 308 || reply.status === 304 || location === null) return reply;
    await reply.body?.cancel();
    if (!URL.canParse(location, url)) throw new RemoteError('protocol', 'the feed redirects to no address');
    url = feedAddress(new URL(location, url).href);
  }
  throw new RemoteError('protocol', 'the feed redirects in a circle');
}

function refusalOf({ status, headers }: Response, now: number): RemoteError {
  const detail = { status };
  const retryAt = retryAtOf(headers.get('retry-after'), now);
  if (status === 404 || status === 410) {
    return new RemoteError('gone', 'the feed is not there any more', { detail: { status, scope: 'calendar' } });
  }
  if (status === 401 || status === 403) return new RemoteError('forbidden', 'the feed may not be read', { detail });
  if (status === 429) return new RemoteError('throttled', 'the feed is asked too often', { detail, retryAt });
  if (status >= 500) return new RemoteError('unavailable', 'the server of the feed failed', { detail, retryAt });
  return new RemoteError('protocol', 'the feed answered with a status that is not expected', { detail });
}

/** Header values hold no line breaks, so lines keep them apart. */
function cursorOf({ etag, modified, hash }: Mark): Cursor {
  return brandId<Cursor>([hash, etag, modified].join('\n'));
}

function markIn(cursor: Cursor): Mark {
  const [hash = '', etag = '', modified = ''] = cursor.split('\n');
  return { hash, etag, modified };
}
