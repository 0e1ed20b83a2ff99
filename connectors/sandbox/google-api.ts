/** Calendar v3: one request in, one reply out. No sockets. Section 1 of reference/google-calendar.md. */
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import { z } from 'zod';
import type { Instant } from '../../src/model/ids.ts';
import { type Listings, listEvents, listInstances } from './google-list.ts';
import type { SandboxPush } from './google-push.ts';
import { type Answer, json, refusal } from './google-refusal.ts';
import { wholeEvent } from './google-shape.ts';
import type { GoogleCalendar, GoogleWorld } from './google-world.ts';
import {
  deleteEvent,
  type Found,
  findEvent,
  insertEvent,
  patchStored,
  replaceStored,
  type Writing,
} from './google-writes.ts';

export type GoogleAsk = Readonly<{
  method: string;
  /** As it came, below `/calendar/v3/`. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Whose token came along. */
  user: string;
  /** The address that was asked, e.g. `http://127.0.0.1:1234`. */
  root: string;
}>;

export type GoogleParts = Readonly<{
  world: GoogleWorld;
  push: SandboxPush;
  listings: Listings;
  now(): Instant;
  newId(): string;
}>;

/** Throws GoogleRefusal. */
export function answerCalendar(parts: GoogleParts, ask: GoogleAsk): Answer {
  const { world } = parts;
  if (!world.switches.apiEnabled) {
    throw refusal(403, 'accessNotConfigured', {
      message: 'Google Calendar API has not been used in this project before or it is disabled.',
    });
  }
  world.meter(ask.query.get('quotaUser') ?? ask.user, parts.now());
  const segments = ask.path.split('/').map(decodeURIComponent);
  const [collection, first, second, third, fourth] = segments;
  const route = `${ask.method} ${[collection, second, fourth].filter(part => part !== undefined).join('/')}`;
  if (collection === 'channels') return parts.push.stop(bodyOf(ask));
  if (collection === 'users') return listCalendars(world, ask);
  if (collection !== 'calendars') throw refusal(404, 'notFound', { message: 'Not Found' });
  if (first === undefined) return insertCalendar(parts, ask);
  const calendar = world.calendarFor(ask.user, first);
  if (second === undefined) return json(calendarResource(calendar));
  if (second !== 'events') throw refusal(404, 'notFound', { message: 'Not Found' });
  if (route === 'POST calendars/events' && third === 'watch') return parts.push.watch(calendar, bodyOf(ask), ask.root);
  return events(parts, ask, calendar, third, fourth);
}

function events(
  parts: GoogleParts,
  ask: GoogleAsk,
  calendar: GoogleCalendar,
  id: string | undefined,
  verb: string | undefined,
): Answer {
  const { query, method, user } = ask;
  const role = calendar.roleOf(user) ?? '';
  const listing = { calendar, query, switches: parts.world.switches, listings: parts.listings, now: parts.now(), role };
  const writing = writingOf(parts, ask, calendar);
  const shown = ({ event, etag }: Found) =>
    json(wholeEvent(event, etag, { calendar, role, zone: query.get('timeZone') }));
  if (id === undefined) return method === 'POST' ? shown(insertEvent(writing, bodyOf(ask))) : json(listEvents(listing));
  if (verb === 'instances') return json(listInstances(listing, id));
  switch (method) {
    case 'GET': {
      const found = findEvent(calendar, id);
      return ask.headers['if-none-match'] === found.etag ? { status: 304 } : shown(found);
    }
    case 'PATCH':
      return shown(patchStored(writing, id, bodyOf(ask)));
    case 'PUT':
      return shown(replaceStored(writing, id, bodyOf(ask)));
    case 'DELETE':
      deleteEvent(writing, id);
      return { status: 204 };
    default:
      throw refusal(404, 'notFound', { message: 'Not Found' });
  }
}

function writingOf({ world, now, newId }: GoogleParts, ask: GoogleAsk, calendar: GoogleCalendar): Writing {
  return {
    world,
    calendar,
    user: ask.user,
    now: new Date(now()).toISOString(),
    newId,
    ifMatch: ask.headers['if-match'] ?? null,
    sendUpdates: ask.query.get('sendUpdates'),
  };
}

function listCalendars(world: GoogleWorld, { user }: GoogleAsk): Answer {
  const items = world.calendars().flatMap(calendar => {
    const accessRole = calendar.roleOf(user);
    if (accessRole === null) return [];
    const entry = {
      kind: 'calendar#calendarListEntry',
      id: calendar.id,
      summary: calendar.summary,
      timeZone: calendar.zone,
    };
    return [{ ...entry, accessRole, selected: true, ...(calendar.id === user && { primary: true }) }];
  });
  const list: calendar_v3.Schema$CalendarList = { kind: 'calendar#calendarList', etag: '"p1"', items };
  return json(list);
}

function insertCalendar({ world, newId }: GoogleParts, ask: GoogleAsk): Answer {
  const { summary } = z.object({ summary: z.string().default('') }).parse(bodyOf(ask));
  if (ask.method !== 'POST' || summary === '') throw refusal(400, 'required', { message: 'Missing title.' });
  return json(calendarResource(world.addCalendar(ask.user, `c_${newId()}@group.calendar.google.com`, summary)));
}

function calendarResource({ id, summary, zone }: GoogleCalendar): calendar_v3.Schema$Calendar {
  return { kind: 'calendar#calendar', etag: '"p1"', id, summary, timeZone: zone };
}

function bodyOf({ body }: GoogleAsk): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body));
  } catch {
    throw refusal(400, 'parseError', { message: 'Parse Error' });
  }
}
