/** Who and what a Google sandbox holds: people, their calendars, who may see those, and the habits of the whole. */
import type { Instant } from '../../src/model/ids.ts';
import { brandId } from '../../src/model/ids.ts';
import { isZone, type ZoneName } from '../../src/model/when.ts';
import { CalendarState, type SandboxItem } from './calendar-state.ts';
import type { SandboxEvent } from './google-event.ts';
import { refusal } from './google-refusal.ts';

/** @property timeZone of their main calendar; default Europe/London */
export type GoogleUser = Readonly<{ email: string; name?: string; timeZone?: string }>;
export type Role = 'owner' | 'writer' | 'writerWithoutPrivateAccess' | 'reader' | 'freeBusyReader';
export type StoredEvent = SandboxItem<SandboxEvent>;

/** What may be turned while the server runs. */
export type GoogleSwitches = {
  /** The most entries of one page of a listing; null: what is asked for. */
  pageLimit: number | null;
  /** Every second page of a listing is empty. */
  emptyPages: boolean;
  /** Requests in a minute for one `quotaUser`; null: no limit. */
  ratePerMinute: number | null;
  /** How many guests may still be invited; null: no limit. */
  guestQuota: number | null;
  /** Whether the Calendar API is enabled in the project. */
  apiEnabled: boolean;
  /** Whether an exception follows the series in what was not changed in it. */
  carriesOver: boolean;
  /** Gives rules back with their parts in another order. */
  rewritesRules: boolean;
  /** No answer to anything. */
  down: boolean;
};

/** Guests who would have been told by mail. */
export type Invitation = Readonly<{ eventId: string; to: readonly string[]; sendUpdates: string | null }>;

export class GoogleCalendar {
  readonly id: string;
  readonly owner: string;
  readonly summary: string;
  readonly zone: ZoneName;
  readonly roles = new Map<string, Role>();
  readonly state: CalendarState<SandboxEvent>;
  readonly #changed: (calendar: GoogleCalendar) => void;

  constructor(
    given: Readonly<{ id: string; owner: string; summary: string; zone: ZoneName }>,
    normalise: (event: SandboxEvent) => SandboxEvent,
    changed: (calendar: GoogleCalendar) => void,
  ) {
    this.id = given.id;
    this.owner = given.owner;
    this.summary = given.summary;
    this.zone = given.zone;
    this.state = new CalendarState<SandboxEvent>({ normalise, sharesUids: true, reusesIds: false });
    this.#changed = changed;
  }

  roleOf(email: string): Role | null {
    return email === this.owner ? 'owner' : (this.roles.get(email) ?? null);
  }

  item(id: string): StoredEvent | null {
    return this.state.item(id);
  }

  /** The changed and cancelled occurrences of a series. */
  exceptionsOf(master: string): readonly StoredEvent[] {
    return this.state.items().filter(({ content }) => content.recurringEventId === master);
  }

  /** Stores an event as it is, and tells whoever watches. */
  put(event: SandboxEvent): StoredEvent {
    const id = event.id ?? '';
    const stored = this.state.put(id, event.iCalUID ?? id, event);
    if (!('item' in stored)) throw refusal(409, 'duplicate', { message: 'The requested identifier already exists.' });
    this.#changed(this);
    return stored.item;
  }

  /** Deleted events are forgotten, as they are after some weeks; their ids are still never free. */
  expireTombstones(): void {
    for (const { id, content } of this.state.items()) if (content.status === 'cancelled') this.state.remove(id);
  }
}

export class GoogleWorld {
  readonly switches: GoogleSwitches = {
    pageLimit: null,
    emptyPages: false,
    ratePerMinute: null,
    guestQuota: null,
    apiEnabled: true,
    carriesOver: true,
    rewritesRules: false,
    down: false,
  };
  readonly users = new Map<string, GoogleUser>();
  readonly invitations: Invitation[] = [];
  readonly #calendars = new Map<string, GoogleCalendar>();
  readonly #asked = new Map<string, Instant[]>();
  readonly #changed: (calendar: GoogleCalendar) => void;

  constructor(changed: (calendar: GoogleCalendar) => void) {
    this.#changed = changed;
  }

  /** A person with their main calendar, which has their address as its id. */
  addUser(user: GoogleUser): GoogleCalendar {
    this.users.set(user.email, user);
    return this.addCalendar(user.email, user.email, user.name ?? user.email);
  }

  addCalendar(owner: string, id: string, summary: string): GoogleCalendar {
    const zone = this.users.get(owner)?.timeZone ?? '';
    const given = { id, owner, summary, zone: isZone(zone) ? zone : brandId<ZoneName>('Europe/London') };
    const normalise = (event: SandboxEvent) => (this.switches.rewritesRules ? withRulesReversed(event) : event);
    const calendar = new GoogleCalendar(given, normalise, this.#changed);
    this.#calendars.set(id, calendar);
    return calendar;
  }

  removeCalendar(id: string): void {
    this.#calendars.delete(id);
  }

  calendars(): readonly GoogleCalendar[] {
    return [...this.#calendars.values()];
  }

  /** The calendar of this id as this person sees it. Throws GoogleRefusal: one that is not theirs is not there. */
  calendarFor(email: string, id: string): GoogleCalendar {
    const calendar = this.#calendars.get(id === 'primary' ? email : id);
    if (calendar?.roleOf(email) == null) throw refusal(404, 'notFound', { message: 'Not Found' });
    return calendar;
  }

  /** Counts a request of the last minute. Throws GoogleRefusal when there were too many. */
  meter(quotaUser: string, now: Instant): void {
    const { ratePerMinute } = this.switches;
    const recent = (this.#asked.get(quotaUser) ?? []).filter(at => at > now - 60_000);
    if (ratePerMinute !== null && recent.length >= ratePerMinute) {
      throw refusal(403, 'userRateLimitExceeded', { message: 'Rate Limit Exceeded' });
    }
    this.#asked.set(quotaUser, [...recent, now]);
  }
}

/** Quoted, and another one after every write. */
export function etagOf({ revision }: StoredEvent): string {
  return `"${3_543_210_000_000_000 + revision}"`;
}

function withRulesReversed(event: SandboxEvent): SandboxEvent {
  const reversed = event.recurrence?.map(line =>
    line.replace(/^RRULE:(.*)$/, (_, rule: string) => `RRULE:${rule.split(';').reverse().join(';')}`),
  );
  return reversed ? { ...event, recurrence: reversed } : event;
}
