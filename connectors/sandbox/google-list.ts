/** Listings: whole, since a sync token, of one UID, or as single dates. Section 5 and checklist 18 to 23. */
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import type { Instant } from '../../src/model/ids.ts';
import type { Range, ZoneName } from '../../src/model/when.ts';
import { instantIn, type SandboxEvent } from './google-event.ts';
import { refusal } from './google-refusal.ts';
import { instanceEvent, instancesOf } from './google-series.ts';
import { shownEvent } from './google-shape.ts';
import { etagOf, type GoogleCalendar, type GoogleSwitches, type StoredEvent } from './google-world.ts';

const forbiddenWithToken = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];
/** With these a listing gives no sync token. */
const unsyncable = ['iCalUID', 'orderBy', 'privateExtendedProperty', 'q', 'sharedExtendedProperty', 'updatedMin'];
/** What must be the same in every listing of one token. */
const constants = ['singleEvents', 'showDeleted', 'eventTypes', 'timeZone', 'maxAttendees', 'showHiddenInvitations'];
const maxResults = { standard: 250, most: 2500 };
const tombstoneDays = 28;

/** @property ids what is to be shown, fixed when the listing began */
type Listing = Readonly<{ query: string; entries: readonly Entry[]; next: string | null; at: number; blank: boolean }>;
type Entry = Readonly<{ event: SandboxEvent; etag: string }>;

/** The listings under way, by page token. */
export type Listings = Map<string, Listing>;

export type ListRequest = Readonly<{
  calendar: GoogleCalendar;
  query: URLSearchParams;
  switches: GoogleSwitches;
  listings: Listings;
  now: Instant;
  /** What the person may see: `freeBusyReader` sees times. */
  role: string;
}>;

export function listEvents(request: ListRequest): calendar_v3.Schema$Events {
  const { calendar, query, role } = request;
  const listing = request.query.has('pageToken') ? resumed(request) : begun(request);
  const size = Math.min(Number(query.get('maxResults') ?? maxResults.standard), maxResults.most);
  const limit = listing.blank ? 0 : Math.min(size, request.switches.pageLimit ?? size);
  const part = listing.entries.slice(listing.at, listing.at + limit);
  const at = listing.at + part.length;
  const more = at < listing.entries.length;
  const token = `page-${request.listings.size + 1}`;
  if (more) {
    const blank = request.switches.emptyPages && !listing.blank;
    request.listings.set(token, { ...listing, at, blank });
  }
  return {
    kind: 'calendar#events',
    etag: `"p${calendar.state.revision}"`,
    summary: calendar.summary,
    updated: new Date(request.now).toISOString(),
    timeZone: calendar.zone,
    accessRole: role,
    defaultReminders: [],
    ...(more ? { nextPageToken: token } : listing.next !== null && { nextSyncToken: listing.next }),
    items: part.map(({ event, etag }) => shownEvent(event, etag, { calendar, role, zone: query.get('timeZone') })),
  };
}

function begun(request: ListRequest): Listing {
  const { calendar, query } = request;
  const delta = query.get('syncToken');
  const syncable = !unsyncable.some(name => query.has(name));
  const next = syncable ? tokenOf(request) : null;
  if (query.get('orderBy') === 'startTime' && query.get('singleEvents') !== 'true') {
    throw refusal(400, 'invalid', { message: 'The requested ordering is not available for the particular query.' });
  }
  const items = delta === null ? calendar.state.items().filter(wantedBy(request)) : changedSince(request, delta);
  const whole =
    query.get('singleEvents') === 'true' ? items.flatMap(item => expanded(item, request)) : items.map(entryOf);
  const types = query.getAll('eventTypes');
  const fitting = whole.filter(({ event }) => types.length === 0 || types.includes(event.eventType ?? 'default'));
  const entries = query.get('orderBy') === 'startTime' ? fitting.toSorted(byStart(calendar.zone)) : fitting;
  return { query: words(query), entries, next, at: 0, blank: false };
}

function resumed({ query, listings }: ListRequest): Listing {
  const listing = listings.get(query.get('pageToken') ?? '');
  if (listing?.query !== words(query)) {
    throw refusal(400, 'invalid', {
      message: 'Invalid page token value.',
      locationType: 'parameter',
      location: 'pageToken',
    });
  }
  return listing;
}

function changedSince({ calendar, query }: ListRequest, given: string): StoredEvent[] {
  const bad = forbiddenWithToken.find(name => query.has(name));
  if (bad !== undefined || query.get('showDeleted') === 'false') {
    throw refusal(400, 'invalid', {
      message: `The ${bad ?? 'showDeleted'} parameter cannot be used with a sync token.`,
    });
  }
  const expired = refusal(410, 'fullSyncRequired', {
    message: 'Sync token is no longer valid, a full sync is required.',
    locationType: 'parameter',
    location: 'syncToken',
  });
  const [, home, fixed, token] = /^(.*)\n(.*)\n(.*)$/s.exec(Buffer.from(given, 'base64url').toString('utf8')) ?? [];
  if (home !== calendar.id || token === undefined) throw expired;
  if (fixed !== fixedWords(query)) throw refusal(400, 'invalid', { message: 'The query does not fit its sync token.' });
  const changes = calendar.state.changesSince(token);
  if (changes === null) throw expired;
  return [...changes.changed];
}

function wantedBy({ query, calendar, now }: ListRequest): (item: StoredEvent) => boolean {
  const range = rangeOf(query);
  const deleted = query.get('showDeleted') === 'true';
  const single = query.get('singleEvents') === 'true';
  const updatedMin = query.get('updatedMin');
  if (updatedMin !== null && Date.parse(updatedMin) < now - tombstoneDays * 86_400_000) {
    throw refusal(410, 'updatedMinTooLongAgo', {
      message: 'The requested minimum modification time lies too far in the past.',
      locationType: 'parameter',
      location: 'updatedMin',
    });
  }
  const properties = query.getAll('privateExtendedProperty').map(pair => pair.split('='));
  return ({ content }) => {
    const { status, recurringEventId, iCalUID, summary, updated } = content;
    const parent = recurringEventId == null ? null : calendar.item(recurringEventId);
    const ofLiveSeries = parent !== null && parent.content.status !== 'cancelled';
    if (status === 'cancelled' && !deleted && !(ofLiveSeries && !single)) return false;
    const own = content.extendedProperties?.private ?? {};
    const found = (given: string | null, text: string | null | undefined) =>
      given === null || (text ?? '').includes(given);
    return (
      (query.get('iCalUID') ?? iCalUID) === iCalUID &&
      found(query.get('q'), summary) &&
      properties.every(([name = '', ...value]) => own[name] === value.join('=')) &&
      (updatedMin === null || Date.parse(updated ?? '') >= Date.parse(updatedMin)) &&
      (single || isWithin(content, calendar.zone, range))
    );
  };
}

/** The dates of a series, each with what was changed in it. */
function expanded(item: StoredEvent, { calendar, query }: ListRequest): Entry[] {
  const range = rangeOf(query);
  const { content } = item;
  if (content.recurringEventId != null) return [];
  if (content.recurrence == null || content.status === 'cancelled') {
    return isWithin(content, calendar.zone, range) ? [entryOf(item)] : [];
  }
  const from = Number.isFinite(range.from) ? range.from : 0;
  const bounded = { from, to: Number.isFinite(range.to) ? range.to : Date.UTC(2040, 0, 1) };
  const exceptions = calendar.exceptionsOf(item.id);
  const named = new Set(exceptions.map(({ id }) => id));
  const plain = instancesOf(content, calendar.zone, bounded)
    .filter(({ id }) => !named.has(id))
    .map(one => ({ event: instanceEvent(content, one, calendar.zone), etag: etagOf(item) }));
  const deleted = query.get('showDeleted') === 'true';
  const changed = exceptions.filter(({ content: one }) => deleted || one.status !== 'cancelled').map(entryOf);
  return [...plain, ...changed.filter(({ event }) => isWithin(event, calendar.zone, range))];
}

/** The dates of one series. */
export function listInstances(request: ListRequest, id: string): calendar_v3.Schema$Events {
  const { calendar, query, role, now } = request;
  const item = calendar.item(id);
  if (item === null || item.content.status === 'cancelled') throw refusal(404, 'notFound', { message: 'Not Found' });
  const wanted = query.get('originalStart');
  const entries = expanded(item, request).filter(
    ({ event }) =>
      wanted === null ||
      Date.parse(event.originalStartTime?.dateTime ?? '') === Date.parse(wanted) ||
      event.originalStartTime?.date === wanted,
  );
  const size = Math.min(Number(query.get('maxResults') ?? maxResults.standard), maxResults.most);
  const shown = entries
    .slice(0, size)
    .map(({ event, etag }) => shownEvent(event, etag, { calendar, role, zone: null }));
  return {
    kind: 'calendar#events',
    timeZone: calendar.zone,
    accessRole: role,
    updated: new Date(now).toISOString(),
    items: shown,
  };
}

function entryOf(item: StoredEvent): Entry {
  return { event: item.content, etag: etagOf(item) };
}

function rangeOf(query: URLSearchParams): Range {
  const bound = (name: string, otherwise: number) => {
    const given = query.get(name);
    return given === null ? otherwise : Date.parse(given);
  };
  return { from: bound('timeMin', Number.NEGATIVE_INFINITY), to: bound('timeMax', Number.POSITIVE_INFINITY) };
}

/** A series is looked at by its first date only. */
function isWithin({ start, end, recurrence }: SandboxEvent, zone: ZoneName, range: Range): boolean {
  const at = (moment: typeof start) => (moment?.date != null ? Date.parse(moment.date) : instantIn(moment ?? {}, zone));
  return start == null || (at(start) < range.to && (at(end) > range.from || recurrence != null));
}

function byStart(zone: ZoneName): (a: Entry, b: Entry) => number {
  const at = ({ start }: SandboxEvent) => (start?.date != null ? Date.parse(start.date) : instantIn(start ?? {}, zone));
  return (a, b) => at(a.event) - at(b.event);
}

/** Covers what happened up to the moment at which the listing began. */
function tokenOf({ calendar, query }: ListRequest): string {
  return Buffer.from(`${calendar.id}\n${fixedWords(query)}\n${calendar.state.token}`).toString('base64url');
}

function fixedWords(query: URLSearchParams): string {
  return constants.map(name => `${name}=${query.getAll(name).sort().join('+')}`).join('&');
}

function words(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'pageToken')
    .map(pair => pair.join('='))
    .sort()
    .join('&');
}
