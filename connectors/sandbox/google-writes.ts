/** What a write does to a calendar. The rules of sections 7, 8 and 10 of reference/google-calendar.md. */
import { type Body, type Making, makeEvent, patchEvent, replaceEvent, type SandboxEvent } from './google-event.ts';
import { tellGuests } from './google-guests.ts';
import { refusal } from './google-refusal.ts';
import { carried, fits, instanceEvent, instanceNamed } from './google-series.ts';
import { etagOf, type GoogleCalendar, type GoogleWorld, type StoredEvent } from './google-world.ts';

export type Writing = Readonly<{
  world: GoogleWorld;
  calendar: GoogleCalendar;
  /** Who writes. */
  user: string;
  /** ISO 8601 */
  now: string;
  /** A fresh id for an event that brings none. */
  newId(): string;
  ifMatch: string | null;
  sendUpdates: string | null;
}>;

/** @property etag of an instance that exists by name only: its series' */
export type Found = Readonly<{ event: SandboxEvent; etag: string }>;

export function insertEvent(writing: Writing, body: Body): Found {
  mayWrite(writing);
  const given = typeof body.id === 'string' ? body.id : null;
  if (given !== null && !/^[a-v0-9]{5,1024}$/.test(given)) {
    throw refusal(400, 'invalid', { message: 'Invalid resource id value.' });
  }
  const id = given ?? writing.newId();
  // Ids of deleted events are not free again.
  if (writing.calendar.item(id) !== null) throw taken();
  return store(writing, null, makeEvent(id, body, makingOf(writing)));
}

export function patchStored(writing: Writing, id: string, body: Body): Found {
  return revise(writing, id, (old, making) => patchEvent(old, body, making));
}

export function replaceStored(writing: Writing, id: string, body: Body): Found {
  return revise(writing, id, (old, making) => replaceEvent(old, body, making));
}

export function deleteEvent(writing: Writing, id: string): void {
  mayWrite(writing);
  const { event, etag } = findEvent(writing.calendar, id);
  if (event.status === 'cancelled') throw refusal(410, 'deleted', { message: 'Resource has been deleted' });
  match(writing, etag);
  if ((event.eventType ?? 'default') !== 'default') throw refusal(400, 'eventTypeRestriction');
  store(writing, event, { ...event, status: 'cancelled', updated: writing.now });
}

/** An event, or an instance that exists by name only. Throws GoogleRefusal 404. */
export function findEvent(calendar: GoogleCalendar, id: string): Found {
  const item = calendar.item(id);
  if (item !== null) return { event: item.content, etag: etagOf(item) };
  const master = calendar.item(id.replace(/_\d{8}(T\d{6}Z)?$/, ''));
  const instance =
    master && master.content.status !== 'cancelled' ? instanceNamed(master.content, calendar.zone, id) : null;
  if (master === null || instance === null) throw refusal(404, 'notFound', { message: 'Not Found' });
  return { event: instanceEvent(master.content, instance, calendar.zone), etag: etagOf(master) };
}

function revise(writing: Writing, id: string, change: (old: SandboxEvent, making: Making) => SandboxEvent): Found {
  mayWrite(writing);
  const { event, etag } = findEvent(writing.calendar, id);
  match(writing, etag);
  return store(writing, event, change(event, makingOf(writing)));
}

function store(writing: Writing, before: SandboxEvent | null, event: SandboxEvent): Found {
  const { calendar } = writing;
  tellGuests(writing, before, event);
  const item: StoredEvent = calendar.put(event);
  if (before !== null && before.recurringEventId == null) followMaster(writing, before, event);
  return { event: item.content, etag: etagOf(item) };
}

/** What becomes of the exceptions of a series that changes. */
function followMaster({ world, calendar, now }: Writing, before: SandboxEvent, after: SandboxEvent): void {
  for (const { content } of calendar.exceptionsOf(after.id ?? '')) {
    const gone = after.status === 'cancelled' || after.recurrence == null || !fits(after, content, calendar.zone);
    if (gone) {
      if (content.status !== 'cancelled') calendar.put({ ...content, status: 'cancelled', updated: now });
    } else if (world.switches.carriesOver && content.status !== 'cancelled') {
      const next = carried(before, after, content);
      if (JSON.stringify(next) !== JSON.stringify(content)) calendar.put(next);
    }
  }
}

function mayWrite({ calendar, user }: Writing): void {
  const role = calendar.roleOf(user);
  if (role === 'reader' || role === 'freeBusyReader') {
    throw refusal(403, 'requiredAccessLevel', { message: 'You need to have writer access to this calendar.' });
  }
}

function match({ ifMatch }: Writing, etag: string): void {
  if (ifMatch === null || ifMatch === etag) return;
  throw refusal(412, 'conditionNotMet', {
    message: 'Precondition Failed',
    locationType: 'header',
    location: 'If-Match',
  });
}

function taken() {
  return refusal(409, 'duplicate', { message: 'The requested identifier already exists.' });
}

function makingOf({ calendar, user, now }: Writing): Making {
  return { calendarId: calendar.id, calendarZone: calendar.zone, user, now };
}
