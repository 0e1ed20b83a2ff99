/** The canonical event: what the secretaries edit. Vocabulary of reference/production-domain.md sections 1 to 5. */
import type { EventId, GroupId, Instant, PersonId, ProductionId, VenueId } from './ids.ts';
import type { OccurrenceStart } from './series.ts';
import type { Tier } from './tier.ts';
import type { When } from './when.ts';

export const eventKinds = [
  'production_meeting',
  'hod_meeting',
  'script_meeting',
  'read_through',
  'tone_meeting',
  'casting',
  'costume_fitting',
  'makeup_test',
  'camera_test',
  'rehearsal',
  'stunt_rehearsal',
  'intimacy_rehearsal',
  'recce_general',
  'recce_tech',
  'location_scout',
  'shoot_day',
  'unit_move',
  'travel',
  'accommodation',
  'pickup',
  'school',
  'adr',
  'publicity',
  'press_junket',
  'hs_meeting',
  'meeting',
  'wrap_party',
  'availability_block',
  'bank_holiday',
  'down_day',
] as const;
export type EventKind = (typeof eventKinds)[number];

export const eventStates = ['idea', 'pencilled', 'confirmed', 'issued', 'changed', 'cancelled', 'done'] as const;
export type EventState = (typeof eventStates)[number];

/** Who is asked: people by name, and groups whose membership is live. */
export type Invitee = Readonly<{ kind: 'person'; id: PersonId } | { kind: 'group'; ref: GroupRef }>;
/** A group id, `dept:Camera`, `role:Producer`, `kind:cast`, or `all`. */
export type GroupRef = GroupId;

/** One changed or cancelled occurrence of a series; null fields are as in the series. */
export type Override = Readonly<{
  occurrence: OccurrenceStart;
  status: 'changed' | 'cancelled';
  when: When | null;
  venue: VenueId | null;
  title: string | null;
  notes: string | null;
}>;

export type Stop = Readonly<{
  order: number;
  venue: VenueId;
  part: 'meet' | 'stop' | 'finish' | 'return';
  /** `HH:MM`, local to the event's zone; null: not given. */
  arrive: string | null;
  leave: string | null;
  lunchStart: string | null;
  lunchEnd: string | null;
  contact: string | null;
  shootDays: readonly EventId[];
  notes: string;
}>;

/** One person's own times on one event, `HH:MM` local to the event's zone; null: not given. */
export type Call = Readonly<{
  person: PersonId;
  pickup: string | null;
  arrive: string | null;
  makeup: string | null;
  onSet: string | null;
  release: string | null;
  basis: 'stated' | 'default' | 'pickup' | 'rest' | null;
  driver: PersonId | null;
  /** A venue id or `home`; P3. */
  pickupFrom: string | null;
  performingMinutes: number | null;
  joinAt: VenueId | null;
  notes: string;
}>;

/** Everything a person can type about an event. One version of it is stored whole. */
export type EventContent = Readonly<{
  kind: EventKind;
  title: string;
  /** Shown to those without the tier; empty: the kind's plain name. */
  safeTitle: string;
  status: EventState;
  when: When;
  rrule: string | null;
  /** Occurrences left out, sorted. */
  except: readonly OccurrenceStart[];
  overrides: readonly Override[];
  venue: VenueId | null;
  onlineUrl: string | null;
  required: readonly Invitee[];
  optional: readonly Invitee[];
  /** Who owns it (may move it from their own calendar); null: the office. */
  owner: PersonId | null;
  parent: EventId | null;
  tier: Tier;
  notes: string;
  stops: readonly Stop[];
  calls: readonly Call[];
  details: EventDetails;
  /** Columns of the sheet that we do not know, kept as they came. */
  extra: Readonly<Record<string, string>>;
}>;

/** The further columns of a shooting schedule (shared/data/tidewrack/README.md); '' and [] mean not given. */
export type EventDetails = Readonly<{
  specRef: string;
  dayType: string;
  block: string;
  base: VenueId | null;
  set: string;
  lunch: string | null;
  lunchMinutes: number | null;
  weatherCover: VenueId | null;
  tags: readonly string[];
  /** Drivers whose vehicles are used. */
  vehicles: readonly PersonId[];
  tourLeader: PersonId | null;
  ringIfLost: PersonId | null;
  wetWeather: string;
  mode: string;
  from: string;
  to: string;
}>;

/** One event as stored: its content at one version, and what callboard keeps about it. */
export type ScheduledEvent = Readonly<{
  production: ProductionId;
  id: EventId;
  uid: string;
  incarnation: number;
  /** Raised by every edit; never falls. */
  version: number;
  /** iCalendar SEQUENCE (RFC 5546): raised when time, place, rule or status changes; never falls. */
  sequence: number;
  content: EventContent;
  /** What copies, mails and feeds show; null: never published. */
  published: Readonly<{ version: number; content: EventContent }> | null;
  updatedAt: Instant;
  updatedBy: string;
}>;

/** One line of an event's history. */
export type EventVersion = Readonly<{
  id: EventId;
  version: number;
  content: EventContent;
  at: Instant;
  by: string;
  /** Where the edit came from. */
  source: EditSource;
}>;
export type EditSource = 'import' | 'api' | 'web' | 'calendar' | 'undo' | 'conflict' | 'demo';
