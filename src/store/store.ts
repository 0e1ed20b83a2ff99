/**
 * What the rest of callboard may ask of the store. Two implementations of the dialect (SQLite, PostgreSQL), one set of
 * tables, one suite of tests. Nothing but the store is awaited inside `write`.
 */
import type { Account, BusyBlock, CalendarLink, CalendarRow, Lease, Watching } from '../model/calendar.ts';
import type { Attempt, Copy, Observed, Sight } from '../model/copy.ts';
import type { EventVersion, ScheduledEvent } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import type {
  AccountId,
  AttemptId,
  CalendarId,
  EventId,
  FindingId,
  GroupId,
  Instant,
  OutboxId,
  PersonId,
  ProductionId,
  RemoteId,
  Tag,
  VenueId,
} from '../model/ids.ts';
import type { OutboxMessage, Told } from '../model/message.ts';
import type { Constraint, Group, Person, TravelTime, Venue } from '../model/person.ts';
import type { Reply } from '../model/reply.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { Range, ZoneName } from '../model/when.ts';

export interface Store extends AsyncDisposable {
  readonly dialect: 'sqlite' | 'postgres';
  /** Reads committed data. */
  read<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  /** One transaction: all of it or nothing. Waits its turn behind other writers, also of other processes. */
  write<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  /** A consistent copy of everything, taken while others write, as a file that `restore` reads on either dialect. */
  backup(file: string): Promise<void>;
  /** Replaces everything by a backup. Throws StoreError when the file is not one, and then changes nothing. */
  restore(file: string): Promise<void>;
}

export interface Repositories {
  readonly schedule: ScheduleRepository;
  readonly calendars: CalendarRepository;
  readonly copies: CopyRepository;
  readonly findings: FindingRepository;
  readonly mail: MailRepository;
  readonly replies: ReplyRepository;
  readonly watches: WatchRepository;
  readonly meta: MetaRepository;
}

export interface ScheduleRepository {
  /** Creates the production, or renames it. */
  ensureProduction(production: Readonly<{ id: ProductionId; name: string; zone: ZoneName }>): Promise<void>;
  productions(): Promise<readonly Readonly<{ id: ProductionId; name: string; zone: ZoneName; revision: number }>[]>;
  /** Cheap: one row. */
  revision(production: ProductionId): Promise<number>;
  /** Everything, at one revision. Throws StoreError `not-found` for an unknown production. */
  snapshot(production: ProductionId): Promise<ScheduleSnapshot>;
  event(production: ProductionId, id: EventId): Promise<ScheduledEvent | null>;
  /**
   * Stores a new version and its history line, raises the revision. `expected` is the version it was made from
   * (null: the event is new). Throws StaleVersionError when that is not the stored one.
   */
  putEvent(event: ScheduledEvent, version: EventVersion, expected: number | null): Promise<void>;
  /** Stores what is published (no new version), raises the revision. */
  publish(production: ProductionId, id: EventId, published: ScheduledEvent['published']): Promise<void>;
  history(production: ProductionId, id: EventId): Promise<readonly EventVersion[]>;
  /** The newest history lines of the whole production, newest first. */
  changes(production: ProductionId, since: Instant, limit: number): Promise<readonly EventVersion[]>;
  /** Each `put…` writes the row as given with its version, raises the revision; `expected` as in putEvent. */
  putPerson(person: Person, expected: number | null): Promise<void>;
  removePerson(production: ProductionId, id: PersonId): Promise<void>;
  putVenue(venue: Venue, expected: number | null): Promise<void>;
  removeVenue(production: ProductionId, id: VenueId): Promise<void>;
  putGroup(group: Group, expected: number | null): Promise<void>;
  removeGroup(production: ProductionId, id: GroupId): Promise<void>;
  /** Travel times and constraints have no identity of their own: the whole list is replaced. */
  replaceTravel(production: ProductionId, rows: readonly TravelTime[]): Promise<void>;
  replaceConstraints(production: ProductionId, rows: readonly Constraint[]): Promise<void>;
}

export type CalendarPatch = Partial<Omit<CalendarRow, 'link' | 'wakeSeq'>>;

export interface CalendarRepository {
  putAccount(account: Account): Promise<void>;
  account(id: AccountId): Promise<Account | null>;
  gate(id: AccountId, until: Instant | null): Promise<void>;
  /** Adds the link, or changes it in place (its copies stay). A new one is due at once. */
  putLink(link: CalendarLink): Promise<void>;
  /** Takes the link away with its observations, copies and busy times. */
  removeLink(id: CalendarId): Promise<void>;
  all(production?: ProductionId): Promise<readonly CalendarRow[]>;
  get(id: CalendarId): Promise<CalendarRow | null>;
  patch(id: CalendarId, patch: CalendarPatch): Promise<void>;
  /** Raises wake_seq: "look again". */
  wake(ids: readonly CalendarId[]): Promise<void>;
  /** Wakes every calendar of these people. */
  wakePeople(production: ProductionId, people: readonly PersonId[]): Promise<void>;
  /** wake_seq > done_seq, or next_at reached; not halted, not needing consent; longest due first. */
  due(now: Instant, limit: number): Promise<readonly CalendarRow[]>;
  /** Takes the lease if it is free, expired or already `owner`'s; the epoch rises whenever it changes hands. */
  takeLease(account: AccountId, owner: string, now: Instant, until: Instant): Promise<Lease | null>;
  releaseLease(lease: Lease): Promise<void>;
  /**
   * Throws LeaseLostError when somebody else has taken the account since. Call it first in every write of a run; with
   * `until` the lease is held on to until then.
   */
  requireLease(lease: Lease, until?: Instant): Promise<void>;
  /** Frees the accounts held by owners of whom `hasEnded` is true: a killed process cannot release its own. */
  releaseLeasesOf(hasEnded: (owner: string) => boolean): Promise<void>;
  addRun(run: RunRecord): Promise<void>;
  lastRuns(id: CalendarId, limit: number): Promise<readonly RunRecord[]>;
}

export type RunRecord = Readonly<{
  id: string;
  calendar: CalendarId;
  startedAt: Instant;
  endedAt: Instant;
  requests: number;
  created: number;
  updated: number;
  deleted: number;
  inbound: number;
  problem: string | null;
}>;

export interface CopyRepository {
  sights(calendar: CalendarId): Promise<readonly Sight[]>;
  /** The tags of those of these items that were seen and are not gone. Cheap: nothing else is read. */
  tags(calendar: CalendarId, items: readonly RemoteId[]): Promise<ReadonlyMap<RemoteId, Tag>>;
  /**
   * Stores observations, each replacing the last of that item, stamped with the snapshot being read (or null).
   * `unchanged` items only get the stamp.
   */
  putSights(
    calendar: CalendarId,
    observed: readonly Observed[],
    unchanged: readonly RemoteId[],
    snapshotId: string | null,
    now: Instant,
  ): Promise<void>;
  /** Remote ids of present or unreadable items without this snapshot's stamp: candidates for `gone`. */
  unseen(calendar: CalendarId, snapshotId: string): Promise<readonly RemoteId[]>;
  /** Forgets observations of these items altogether. */
  forget(calendar: CalendarId, items: readonly RemoteId[]): Promise<void>;
  copies(calendar: CalendarId): Promise<readonly Copy[]>;
  copiesOfEvent(production: ProductionId, event: EventId): Promise<readonly Copy[]>;
  putCopies(copies: readonly Copy[]): Promise<void>;
  openAttempts(calendar: CalendarId): Promise<readonly Attempt[]>;
  addAttempts(attempts: readonly Attempt[]): Promise<void>;
  closeAttempts(ids: readonly AttemptId[], outcome: 'done' | 'refused'): Promise<void>;
  /** Replaces the busy times known from these items of one calendar (an empty list takes them away). */
  putBusy(
    calendar: CalendarId,
    items: readonly Readonly<{ item: RemoteId; blocks: readonly BusyBlock[] }>[],
  ): Promise<void>;
  clearBusy(calendar: CalendarId): Promise<void>;
  busy(
    production: ProductionId,
    range: Range,
    people?: readonly PersonId[],
  ): Promise<readonly (BusyBlock & Readonly<{ person: PersonId; calendar: CalendarId }>)[]>;
}

export interface WatchRepository {
  put(watching: Watching): Promise<void>;
  remove(id: string): Promise<void>;
  get(id: string): Promise<Watching | null>;
  /** Oldest first. */
  of(calendar: CalendarId): Promise<readonly Watching[]>;
  all(): Promise<readonly Watching[]>;
}

export interface FindingRepository {
  list(production: ProductionId, state?: Finding['state']): Promise<readonly Finding[]>;
  get(id: FindingId): Promise<Finding | null>;
  byKey(production: ProductionId, key: string): Promise<Finding | null>;
  ofCalendar(calendar: CalendarId, state?: Finding['state']): Promise<readonly Finding[]>;
  put(finding: Finding): Promise<void>;
}

export interface MailRepository {
  told(production: ProductionId): Promise<readonly Told[]>;
  toldOf(production: ProductionId, event: EventId): Promise<readonly Told[]>;
  putTold(told: Told): Promise<void>;
  /** Newest first. */
  messages(production: ProductionId, states?: readonly OutboxMessage['state'][]): Promise<readonly OutboxMessage[]>;
  message(id: OutboxId): Promise<OutboxMessage | null>;
  putMessages(messages: readonly OutboxMessage[]): Promise<void>;
  /** Due and `sending` (a run was cut off) messages, oldest first. */
  dueMessages(now: Instant, limit: number): Promise<readonly OutboxMessage[]>;
}

export interface ReplyRepository {
  /** Appends; an answer whose id is on record is left as it is. */
  put(reply: Reply): Promise<void>;
  /** In the order in which they were received. */
  of(production: ProductionId, event: EventId): Promise<readonly Reply[]>;
}

export interface MetaRepository {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** By what the key begins with. */
  keys(start: string): Promise<readonly string[]>;
  /** Rows of each table, for `status`. */
  counts(): Promise<Readonly<Record<string, number>>>;
}

export class StoreError extends Error {
  override readonly name: string = 'StoreError';
  readonly kind: 'not-found' | 'stale-version' | 'lease-lost' | 'unusable' | 'busy';
  constructor(kind: StoreError['kind'], message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.kind = kind;
  }
}

/** Somebody else changed the row since it was read. */
export class StaleVersionError extends StoreError {
  override readonly name = 'StaleVersionError';
  readonly current: number | null;
  constructor(what: string, expected: number | null, current: number | null) {
    super('stale-version', `${what} is at version ${current ?? 'none'}, not ${expected ?? 'none'}`);
    this.current = current;
  }
}

/** Another worker has taken this account; whatever this run still holds is out of date. */
export class LeaseLostError extends StoreError {
  override readonly name = 'LeaseLostError';
  constructor(account: AccountId) {
    super('lease-lost', `the lease on ${account} has passed to another worker`);
  }
}
