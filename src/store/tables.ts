/**
 * The tables as SQL sees them. Instants are milliseconds UTC, flags 0 or 1.
 *
 * `body` is the whole object of the model as JSON; the columns beside it repeat only what SQL selects or sorts by.
 * So a new field of the model needs a migration only when SQL must ask for it. A column that changes by itself
 * (a stamp, a state, a wake) is not repeated in a body.
 *
 * Calls and stops are part of an event's content, which is stored whole with every version: a history line must not
 * change when a call does. The members of a group are part of the group for the same reason: they are read and
 * written only together.
 */
import type { ColumnType } from 'kysely';
import type { Account, CalendarLink, CalendarState, ProviderName, Watching } from '../model/calendar.ts';
import type { Attempt, Copy, Observed } from '../model/copy.ts';
import type { EditSource, EventContent } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import type {
  AccountId,
  AttemptId,
  CalendarId,
  Cursor,
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
import type { MessageState, OutboxMessage, Told } from '../model/message.ts';
import type { Constraint, Group, Person, TravelTime, Venue } from '../model/person.ts';
import type { Reply } from '../model/reply.ts';
import type { ZoneName } from '../model/when.ts';
import type { Json } from './json.ts';
import type { RunRecord } from './store.ts';

type Flag = number;
type Listed<Id, Body> = {
  production_id: ProductionId;
  id: Id;
  version: number;
  /** Three tables with the same columns, written by the same statements (list-rows.ts). */
  body: ColumnType<Json<Body>, Json<Person | Venue | Group>, Json<Person | Venue | Group>>;
};
type Positioned<Body> = { production_id: ProductionId; position: number; body: Json<Body> };

type EventRow = {
  production_id: ProductionId;
  id: EventId;
  /** The production's revision at which this row last changed. */
  revision: number;
  uid: string;
  incarnation: number;
  version: number;
  sequence: number;
  content: Json<EventContent>;
  published_version: number | null;
  published: Json<EventContent> | null;
  updated_at: Instant;
  updated_by: string;
};

type CalendarColumns = {
  id: CalendarId;
  production_id: ProductionId;
  person_id: PersonId;
  account_id: AccountId;
  link: Json<CalendarLink>;
  state: CalendarState;
  problem: string | null;
  cursor: Cursor | null;
  snapshot_id: string | null;
  wake_seq: number;
  done_seq: number;
  next_at: Instant;
  last_sync_at: Instant | null;
  failures: number;
  planned_from: string | null;
  released: Flag;
};

export type Tables = {
  migrations: { number: number; name: string };
  productions: {
    id: ProductionId;
    name: string;
    zone: ZoneName;
    revision: number;
    /** The last revision at which anything but events changed: an older reading cannot be brought up to date. */
    whole_revision: number;
  };
  people: Listed<PersonId, Person>;
  venues: Listed<VenueId, Venue>;
  groups: Listed<GroupId, Group>;
  travel: Positioned<TravelTime>;
  constraints: Positioned<Constraint>;
  events: EventRow;
  event_versions: {
    production_id: ProductionId;
    event_id: EventId;
    version: number;
    at: Instant;
    by: string;
    source: EditSource;
    content: Json<EventContent>;
  };
  accounts: {
    id: AccountId;
    provider: ProviderName;
    secret: Account['secret'];
    gate_until: Instant | null;
    lease_owner: string | null;
    lease_epoch: number;
    lease_until: Instant | null;
  };
  calendars: CalendarColumns;
  observations: {
    calendar_id: CalendarId;
    remote_id: RemoteId;
    kind: Observed['kind'];
    tag: Tag | null;
    seen_at: Instant;
    snapshot_id: string | null;
    body: Json<Observed>;
  };
  copies: { calendar_id: CalendarId; event_id: EventId; body: Json<Copy> };
  attempts: {
    id: AttemptId;
    calendar_id: CalendarId;
    started_at: Instant;
    outcome: Attempt['outcome'];
    body: Json<Omit<Attempt, 'outcome'>>;
  };
  findings: {
    id: FindingId;
    production_id: ProductionId;
    key: string;
    state: Finding['state'];
    calendar_id: CalendarId | null;
    opened_at: Instant;
    body: Json<Finding>;
  };
  busy_blocks: {
    calendar_id: CalendarId;
    remote_id: RemoteId;
    position: number;
    from_at: Instant;
    to_at: Instant;
    tentative: Flag;
    all_day: Flag;
  };
  told: {
    production_id: ProductionId;
    event_id: EventId;
    person_id: PersonId;
    about_id: PersonId;
    body: Json<Told>;
  };
  messages: {
    id: OutboxId;
    production_id: ProductionId;
    event_id: EventId;
    state: MessageState;
    due_at: Instant;
    created_at: Instant;
    body: Json<OutboxMessage>;
  };
  runs: { id: string; calendar_id: CalendarId; started_at: Instant; body: Json<RunRecord> };
  meta: { key: string; value: string };
  replies: {
    id: string;
    production_id: ProductionId;
    event_id: EventId;
    person_id: PersonId;
    at: Instant;
    body: Json<Reply>;
  };
  subscriptions: { id: string; calendar_id: CalendarId; expires_at: Instant; body: Json<Watching> };
  tokens: { hash: string; production_id: ProductionId; created_at: Instant; expires_at: Instant | null; body: string };
  sessions: { hash: string; user_name: string; created_at: Instant; expires_at: Instant };
};

export type TableName = Exclude<keyof Tables, 'migrations'>;

/** Every table of data with its primary key, in the order in which a backup holds them. */
export const primaryKeys: Readonly<Record<TableName, readonly string[]>> = {
  meta: ['key'],
  productions: ['id'],
  people: ['production_id', 'id'],
  venues: ['production_id', 'id'],
  groups: ['production_id', 'id'],
  travel: ['production_id', 'position'],
  constraints: ['production_id', 'position'],
  events: ['production_id', 'id'],
  event_versions: ['production_id', 'event_id', 'version'],
  accounts: ['id'],
  calendars: ['id'],
  observations: ['calendar_id', 'remote_id'],
  copies: ['calendar_id', 'event_id'],
  attempts: ['id'],
  findings: ['id'],
  busy_blocks: ['calendar_id', 'remote_id', 'position'],
  told: ['production_id', 'event_id', 'person_id', 'about_id'],
  messages: ['id'],
  runs: ['id'],
  replies: ['id'],
  subscriptions: ['id'],
  tokens: ['hash'],
  sessions: ['hash'],
};
