/**
 * The contract between the engine and a provider of calendars. A connector knows the provider's wire form, limits
 * and habits, and decides nothing. One contract suite (test/contract) runs for every connector.
 */
import type { CalendarLink, ProviderName } from '../model/calendar.ts';
import type { Change, Creation, Observed, Present } from '../model/copy.ts';
import type { Field, Fields } from '../model/face.ts';
import type { Cursor, Instant, RemoteId, Tag } from '../model/ids.ts';
import type { Range, ZoneName } from '../model/when.ts';
import type { Logger } from '../runtime/runtime.ts';

export type { Change, Creation } from '../model/copy.ts';

export interface Connector {
  readonly provider: ProviderName;
  /** Opens the calendar for one run. Makes no request if it can be helped. Throws RemoteError. */
  open(link: CalendarLink, door: ConnectorDoor): Promise<CalendarSession>;
  /** How people let us in who must say so themselves; absent where a password or an administrator does it. */
  readonly consent?: ConsentFlow;
  /** Reads what came to the webhook of this provider, where `can.push`. Pure. */
  readNotices?(request: NoticeRequest): NoticeReading;
}

/** OAuth 2.0 with PKCE (RFC 7636, S256), as this provider wants it. */
export type ConsentFlow = Readonly<{
  /** The page of the provider on which a person says yes. */
  address(request: ConsentRequest, door: ConsentDoor): Promise<string>;
  /** Trades the code they come back with for what the account's secret becomes. Throws RemoteError. */
  finish(answer: ConsentAnswer, door: ConsentDoor): Promise<Consent>;
  /** Without a browser here (RFC 8628): shows what is to be done elsewhere, and waits until it was. Throws RemoteError. */
  byDevice?(show: (words: string) => void, door: ConsentDoor): Promise<Consent>;
}>;
export type ConsentDoor = Pick<ConnectorDoor, 'fetch' | 'now' | 'signal'>;
export type ConsentRequest = Readonly<{ redirectUri: string; state: string; challenge: string; user: string | null }>;
export type ConsentAnswer = Readonly<{ redirectUri: string; code: string; verifier: string }>;
/** @property user the address of the mailbox they have let us into */
export type Consent = Readonly<{ secret: string; user: string }>;

/** A request to our webhook as it came; names of headers in small letters. */
export type NoticeRequest = Readonly<{
  headers: Readonly<Record<string, string | undefined>>;
  query: Readonly<Record<string, string | undefined>>;
  body: string;
}>;

/** What to answer at once, and what was said. */
export type NoticeReading = Readonly<{
  status: number;
  /** Plain text; a handshake wants its own words back. */
  text: string;
  notices: readonly Notice[];
}>;

/**
 * `hello`: the subscription works, nothing has changed. `changed`: look again. `renew`: it must be renewed now.
 * `removed`: the provider has ended it.
 */
export type Notice = Readonly<{
  subscription: string;
  /** The secret it brought back; null: none. */
  token: string | null;
  what: 'hello' | 'changed' | 'renew' | 'removed';
}>;

/** Everything a connector may use of the outside world. */
export type ConnectorDoor = Readonly<{
  /** Like the global `fetch`, bounded by the account's limits and counted. Never retries. */
  fetch: typeof fetch;
  /** The account's opened secret (a password, a token cache), or null. */
  secret: string | null;
  /** Stores the account's secret as it is now (a rotated refresh token, a token cache), sealed. */
  keepSecret(secret: string): Promise<void>;
  now(): Instant;
  /** The zone that floating times take: the production's. */
  zone: ZoneName;
  log: Logger;
  /** Aborted when the run must end. */
  signal: AbortSignal;
}>;

/** An item as last observed; `native` is what `Observed` handed over. */
export type RemoteRef = Readonly<{ remoteId: RemoteId; tag: Tag | null; native: string | null }>;

/**
 * The provider's answer to a write. `observed` is what it now shows, or null where the answer does not tell
 * (CalDAV); the engine then looks at all such items at once. An item whose tag is still `tag` is what we wrote.
 */
export type Written = Readonly<{ remoteId: RemoteId; tag: Tag | null; observed: Present | null }>;

/** What is known already of these items: one still at its tag need not be fetched. Asked only about what is listed. */
export type Known = (remoteIds: readonly RemoteId[]) => Promise<ReadonlyMap<RemoteId, Tag>>;

export interface CalendarSession extends AsyncDisposable {
  readonly can: Capabilities;
  /** Pure: what this provider will store of these fields. */
  canon(fields: Fields): Fields;
  /**
   * Reads what changed since `from`, or everything (null). Throws RemoteError `cursor-expired` when `from` is no
   * longer good. The engine stores each page's items, and the cursor with the last one.
   */
  observe(from: Cursor | null, window: Range, known: Known): AsyncIterable<Page>;
  /** Looks at these items now; one that is not there is `gone`. */
  look(remoteIds: readonly RemoteId[]): Promise<readonly Observed[]>;
  /** The item made under this key, if there is one: by deterministic id, transaction id or marker. */
  find(creation: Creation): Promise<Present | null>;
  /** Throws `exists` if the key is taken. */
  create(creation: Creation): Promise<Written>;
  /** Conditional on `ref.tag` where `can.conditional`. Throws `stale`, `gone`. */
  update(ref: RemoteRef, change: Change): Promise<Written>;
  /** Conditional likewise; an item that is not there any more is success. */
  remove(ref: RemoteRef): Promise<void>;
  /** Takes our marker off an item that a person duplicated, and leaves the rest of it alone. */
  unmark(ref: RemoteRef): Promise<Written>;
  /** Asks the provider to send notices of changes, where `can.push`. A notice says no more than "look again". */
  watch?(target: WatchTarget): Promise<Subscription>;
  /** Ends it; one that is not there any more is success. */
  unwatch?(subscription: Subscription): Promise<void>;
}

/** Where the provider shall send its notices about this calendar, and how they prove that they are its own. */
export type WatchTarget = Readonly<{
  /** The public address of our webhook for this provider. */
  url: string;
  /** Chosen by us: names this subscription in notices where the provider lets us choose. */
  id: string;
  /** A secret that each notice must bring back. */
  token: string;
  /** For how long it is wanted; a provider may grant less. */
  until: Instant;
}>;

/** @property id as it stands in notices  @property resource what else is needed to end it */
export type Subscription = Readonly<{ id: string; resource: string | null; expiresAt: Instant }>;

export type Page = Readonly<{
  kind: 'delta' | 'snapshot';
  items: readonly Observed[];
  /** Snapshot only: items there and unchanged since `known`. */
  unchanged: readonly RemoteId[];
  /** A snapshot proves absence only if its last page arrived. */
  last: boolean;
  /** Stored in the same transaction as the last page. */
  next: Cursor | null;
}>;

export type Capabilities = Readonly<{
  /** Whether `observe` and the writes exist at all (an ICS link has only the first). */
  writes: boolean;
  conditional: boolean;
  ownIds: boolean;
  idsReusable: boolean;
  chosenUid: boolean;
  delta: boolean;
  deletionsInDelta: boolean;
  /** A snapshot covers the whole calendar, not only the window. */
  wholeSnapshot: boolean;
  push: boolean;
  fields: readonly Field[];
  limits: Readonly<{ titleChars: number; placeChars: number; notesChars: number }>;
  /** Writes that are handed over at once; how many requests they become is the connector’s own matter. */
  parallel: number;
  /** The date on which these facts were last checked. */
  verified: string;
}>;
