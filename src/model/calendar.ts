/** A linked calendar: whose it is, where it is, what we may do there. */
import type { AccountId, CalendarId, Cursor, Instant, PersonId, ProductionId } from './ids.ts';

export const providers = ['google', 'microsoft', 'caldav', 'ics'] as const;
export type ProviderName = (typeof providers)[number];
/** What the unit list's column `calendar` says; `email`: no calendar that anybody could reach. */
export const providerNamed = {
  outlook: 'microsoft',
  google: 'google',
  caldav: 'caldav',
  ics: 'ics',
  email: null,
} as const satisfies Record<string, ProviderName | null>;
/** `two-way` writes and reads edits and busy time; `publish` writes only; `busy` only reads busy time. */
export type Mode = 'two-way' | 'publish' | 'busy';
/** How events reach a person who has this calendar. */
export type Carrier = 'copy' | 'invite';

/** What a connector needs to find the calendar. Holds no secret: those are in the account, encrypted. */
export type CalendarLink = Readonly<{
  id: CalendarId;
  production: ProductionId;
  person: PersonId;
  account: AccountId;
  provider: ProviderName;
  mode: Mode;
  carrier: Carrier;
  /** caldav, ics: the collection's or feed's address. google, microsoft: null. */
  url: string | null;
  /** google, microsoft: whose mailbox. caldav: the user name. */
  user: string | null;
  /** google, microsoft: which of the user's calendars; null: the main one. */
  calendar: string | null;
  /** Where the link came from; `config` links follow the configuration file, `domain` links the unit list. */
  source: 'config' | 'domain' | 'added' | 'demo';
}>;

/**
 * How a link fares. `halted`: a brake stopped it and a person must release it. `needs-consent`: the account must be
 * mended. `unread`: the last read failed. `fault`: a defect of ours.
 */
export type CalendarState = 'ok' | 'halted' | 'needs-consent' | 'unread' | 'fault';

export type CalendarRow = Readonly<{
  link: CalendarLink;
  state: CalendarState;
  /** One line for people; no event texts, no secrets. */
  problem: string | null;
  cursor: Cursor | null;
  /** Set while a snapshot is being read; items not stamped with it when the last page came are gone. */
  snapshotId: string | null;
  wakeSeq: number;
  doneSeq: number;
  nextAt: Instant;
  lastSyncAt: Instant | null;
  /** Failed runs in a row; drives the back-off. */
  failures: number;
  /** What the last finished plan was made from: `<schedule revision>/<local date>`. */
  plannedFrom: string | null;
  /** Set by `calendars release`: the next run passes the brakes once. */
  released: boolean;
}>;

export type Account = Readonly<{
  id: AccountId;
  provider: ProviderName;
  /** Sealed by the secret box; null: none needed. */
  secret: string | null;
  /** No calls before this instant. */
  gateUntil: Instant | null;
}>;

/** A lease on an account; every result of a run says which epoch it belongs to. */
export type Lease = Readonly<{ account: AccountId; owner: string; epoch: number; until: Instant }>;

/**
 * Our wish to be told of changes of one calendar. `asked` is on record before the request, so that a notice that
 * overtakes the answer is known; `ageing` is still good and must be replaced; `refused` is tried again later; `ending`
 * is taken back with the next run.
 */
export type Watching = Readonly<{
  /** As it stands in notices. */
  id: string;
  calendar: CalendarId;
  state: 'asked' | 'live' | 'ageing' | 'refused' | 'ending';
  /** SHA-256 of the secret that notices bring back. */
  tokenHash: string;
  /** What else the provider needs to end it. */
  resource: string | null;
  askedAt: Instant;
  expiresAt: Instant;
  noticedAt: Instant | null;
  /** Polls in a row that found changes which no notice had told of. */
  missed: number;
  /** One line for people. */
  problem: string | null;
}>;

/** Somebody's busy time from an event that is not ours; nothing else of it is kept. */
export type BusyBlock = Readonly<{ from: Instant; to: Instant; tentative: boolean; allDay: boolean }>;
