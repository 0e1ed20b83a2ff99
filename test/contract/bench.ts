/** What the contract suite needs of a provider, whichever it is. */

import type { Observed, Present } from '../../src/model/copy.ts';
import type { Face, Fields } from '../../src/model/face.ts';
import { brandId, type CopyKey, type Cursor, type RemoteId, type Tag } from '../../src/model/ids.ts';
import { createLog } from '../../src/runtime/log.ts';
import type { CalendarSession, ConnectorDoor, Creation, Known } from '../../src/sync/connector.ts';
import { timed } from './faces.ts';

/** Another program that has the same calendar open: a phone, Thunderbird. */
export interface ForeignHand {
  retitle(id: RemoteId, title: string): Promise<void>;
  remove(id: RemoteId): Promise<void>;
  /** Adds an event of its own, an hour long at `start` (UTC), e.g. `20270301T100000Z`. */
  add(name: string, start: string): Promise<RemoteId>;
  /** Gives the item an alarm, a colour and, below our line, notes of the person's own. */
  adorn(id: RemoteId): Promise<void>;
  /** How many of those three are still there. */
  adornments(id: RemoteId): Promise<number>;
}

/** What a sandbox can be made to do; a real server cannot. */
export type Faults = Readonly<{
  throttle(retryAfter: string | null): void;
  /** The next write is done, but its reply is lost. */
  loseReply(): void;
  /** The next write is answered with a 5xx. */
  failWrite(): void;
  expireCursors(): void;
}>;

/** One fresh, empty calendar. */
export type Bench = Readonly<{
  open(door?: Partial<ConnectorDoor>): Promise<CalendarSession>;
  hand: ForeignHand;
  /** Requests and bytes received since it was last asked. */
  spent(): Readonly<{ requests: number; bytes: number }>;
  faults: Faults | null;
  /** A cursor that this server does not know. */
  badCursor: Cursor;
  /** Cases (by name) that this server spoils, and how. */
  loses: Readonly<Record<string, string>>;
}>;

export const now = Date.parse('2026-11-22T12:00:00Z');

/** A door that counts what comes in. */
export function countingDoor(secret: string | null): ConnectorDoor & { spent: Bench['spent'] } {
  let [requests, bytes] = [0, 0];
  return {
    async fetch(input, init) {
      requests += 1;
      const reply = await fetch(input, init);
      const body = [204, 304].includes(reply.status) ? null : await reply.arrayBuffer();
      bytes += body?.byteLength ?? 0;
      return new Response(body, { status: reply.status, headers: reply.headers });
    },
    secret,
    keepSecret: async () => {},
    now: () => now,
    zone: brandId('Europe/London'),
    log: createLog('silent'),
    signal: new AbortController().signal,
    spent() {
      const sum = { requests, bytes };
      [requests, bytes] = [0, 0];
      return sum;
    },
  };
}

export const plainFace: Face = {
  when: timed('2027-03-16T08:00:00', '2027-03-16T10:30:00'),
  title: 'Technical recce: Harbour',
  place: 'Old Harbour, Quay St, Whitby',
  notes: 'Minibus leaves base 07:15.\nWaterproofs.',
  url: 'https://callboard.example/e/E026',
  busy: 'busy',
  series: null,
};

/** A creation whose key and UID derive from `number`. */
export function creationOf(number: number, fields: Fields = {}): Creation {
  const key = brandId<CopyKey>(number.toString(16).padStart(32, '0'));
  const uid = `0000${number}-contract@callboard`;
  return { marker: { key, version: 1 }, uid, face: { ...plainFace, ...fields }, status: 'confirmed' };
}

export type Sweep = Readonly<{
  kind: 'delta' | 'snapshot';
  items: readonly Observed[];
  unchanged: readonly RemoteId[];
  pages: number;
  next: Cursor | null;
}>;

/** All pages of one observation. */
export async function sweep(
  session: CalendarSession,
  from: Cursor | null,
  known: Known = async () => new Map(),
): Promise<Sweep> {
  const items: Observed[] = [];
  const unchanged: RemoteId[] = [];
  let pages = 0;
  for await (const page of session.observe(from, { from: now, to: now + 400 * 86_400_000 }, known)) {
    pages += 1;
    if (!page.last && page.next !== null) throw new Error('a page before the last carried a cursor');
    items.push(...page.items);
    unchanged.push(...page.unchanged);
    if (page.last) return { kind: page.kind, items, unchanged, pages, next: page.next };
  }
  throw new Error('the last page never came');
}

export function presents(items: readonly Observed[]): Present[] {
  return items.filter(item => item.kind === 'present');
}

/** The item as the provider has it now. */
export async function lookAt(session: CalendarSession, id: RemoteId): Promise<Present> {
  const [seen] = await session.look([id]);
  if (seen?.kind !== 'present') throw new Error(`the item is ${seen?.kind}: ${JSON.stringify(seen)}`);
  return seen;
}

/** What these items are known by. */
export function knowing(tags: Iterable<readonly [RemoteId, Tag | null]>): Known {
  return async () => new Map([...tags].flatMap(([id, tag]) => (tag === null ? [] : [[id, tag] as const])));
}
