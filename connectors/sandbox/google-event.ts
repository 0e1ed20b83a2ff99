/** What Google makes of an event that is written: checks, defaults, merges. Pure. reference/google-calendar.md sections 6 to 12. */
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import { instantOf, isLocalDate, isLocalDateTime, isZone, localAt, type ZoneName } from '../../src/model/when.ts';
import { refusal } from './google-refusal.ts';

/** As the API shows it, but for `etag` and the offset of its times. */
export type SandboxEvent = calendar_v3.Schema$Event;
export type Body = Readonly<Record<string, unknown>>;

export type Making = Readonly<{
  calendarId: string;
  calendarZone: ZoneName;
  /** Who writes. */
  user: string;
  now: string;
}>;

const readOnly = [
  'kind',
  'etag',
  'htmlLink',
  'created',
  'updated',
  'creator',
  'organizer',
  'recurringEventId',
  'originalStartTime',
  'hangoutLink',
  'eventType',
  'locked',
  'privateCopy',
];
const identity = [...readOnly, 'id', 'iCalUID'];
const most = { description: 8192, propertyName: 44, propertyValue: 1024, properties: 300 };

/** A new event with its defaults. Throws GoogleRefusal. */
export function makeEvent(id: string, body: Body, making: Making): SandboxEvent {
  const { calendarId, user, now } = making;
  const event: SandboxEvent = {
    iCalUID: `${id}@google.com`,
    status: 'confirmed',
    sequence: 0,
    reminders: { useDefault: true },
    ...merge({}, writable(body)),
    kind: 'calendar#event',
    id,
    eventType: 'default',
    created: now,
    updated: now,
    creator: { email: user, ...(user === calendarId && { self: true }) },
    organizer: { email: calendarId, self: true },
    htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(id).toString('base64url')}`,
  };
  return settle(event, making.calendarZone);
}

/** JSON merge: objects merge, arrays replace, null takes away. Throws GoogleRefusal. */
export function patchEvent(old: SandboxEvent, body: Body, making: Making): SandboxEvent {
  return revised(old, merge({ ...old }, writable(body)), making);
}

/** What is left out is reset. Throws GoogleRefusal. */
export function replaceEvent(old: SandboxEvent, body: Body, making: Making): SandboxEvent {
  const { id: _id, iCalUID: _uid, ...given } = writable(body);
  const sequence = typeof given.sequence === 'number' ? given.sequence : (old.sequence ?? 0);
  if (sequence < (old.sequence ?? 0)) throw refusal(400, 'invalid', { message: 'Invalid sequence value.' });
  const kept = Object.fromEntries(Object.entries(old).filter(([name]) => identity.includes(name)));
  const fresh: SandboxEvent = { ...kept, status: 'confirmed', reminders: { useDefault: true } };
  return revised(old, { ...merge(fresh, given), sequence }, making);
}

function revised(old: SandboxEvent, event: SandboxEvent, { calendarZone, now }: Making): SandboxEvent {
  if (old.eventType !== undefined && old.eventType !== 'default') throw refusal(400, 'eventTypeRestriction');
  const settled = settle({ ...event, id: old.id ?? null, iCalUID: old.iCalUID ?? null, updated: now }, calendarZone);
  const moved = (['start', 'end', 'recurrence', 'location'] as const).some(
    name => JSON.stringify(settled[name]) !== JSON.stringify(old[name]),
  );
  return moved ? { ...settled, sequence: (settled.sequence ?? 0) + 1 } : settled;
}

function writable(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !readOnly.includes(name)));
}

function merge(base: SandboxEvent, body: Body): SandboxEvent {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(body)) merged[name] = mergedValue(merged[name], value);
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

function mergedValue(old: unknown, value: unknown): unknown {
  if (!isObject(value)) return value;
  const base = isObject(old) ? old : {};
  const entries = Object.entries({
    ...base,
    ...Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mergedValue(base[name], one)])),
  });
  return Object.fromEntries(entries.filter(([, one]) => one !== null));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Checks the whole, and writes it as Google keeps it. */
function settle(event: SandboxEvent, zone: ZoneName): SandboxEvent {
  checkTimes(event, zone);
  const { summary, location, description, transparency, visibility, extendedProperties, ...rest } = event;
  const opaque = transparency === 'opaque' || transparency == null;
  const properties = extendedProperties == null ? null : cleanProperties(extendedProperties);
  return {
    ...rest,
    ...texts({
      summary: summary?.trim(),
      location: location?.trim(),
      description: description?.slice(0, most.description).trim(),
    }),
    ...(!opaque && { transparency }),
    ...(visibility != null && visibility !== 'default' && { visibility }),
    ...(properties && { extendedProperties: properties }),
    start: kept(event.start, zone),
    end: kept(event.end, zone),
  };
}

/** What is empty is not shown. */
function texts(given: Readonly<Record<string, string | undefined>>): SandboxEvent {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
}

type Moment = calendar_v3.Schema$EventDateTime;

function checkTimes(event: SandboxEvent, zone: ZoneName): void {
  for (const name of ['start', 'end'] as const) {
    const moment = event[name];
    if (moment == null) throw refusal(400, 'required', { message: `Missing ${name} time.` });
    if (moment.date != null && moment.dateTime != null)
      throw refusal(400, 'invalid', { message: `Invalid ${name} time.` });
    const fits = moment.date != null ? isLocalDate(moment.date) : Number.isFinite(instantIn(moment, zone));
    if (!fits) throw refusal(400, 'invalid', { message: `Invalid ${name} time.` });
    if (moment.timeZone != null && !isZone(moment.timeZone)) {
      throw refusal(400, 'invalid', { message: `Invalid time zone definition for ${name} time.` });
    }
  }
  const { start = {}, end = {} } = event;
  if ((start.date == null) !== (end.date == null)) {
    throw refusal(400, 'invalid', { message: 'Start and end times must either both be date or both be dateTime.' });
  }
  const empty = start.date == null ? instantIn(end, zone) < instantIn(start, zone) : (end.date ?? '') <= start.date;
  if (empty) throw refusal(400, 'timeRangeEmpty', { message: 'The specified time range is empty.' });
  const timedSeries = event.recurrence != null && start.date == null;
  if (timedSeries && start.timeZone == null) {
    throw refusal(400, 'required', { message: 'Missing time zone definition for start time.' });
  }
  for (const line of event.recurrence ?? []) {
    if (!/^(RRULE|EXRULE|RDATE|EXDATE)[:;]/.test(line))
      throw refusal(400, 'invalid', { message: 'Invalid recurrence rule.' });
  }
}

export function instantIn(moment: Moment, zone: ZoneName): number {
  const text = moment.dateTime ?? '';
  if (!isLocalDateTime(text)) return Date.parse(text);
  const named = moment.timeZone ?? '';
  return instantOf(text, isZone(named) ? named : zone);
}

/** Times are kept as instants in the calendar's zone, and the event's own zone beside them. */
function kept(moment: Moment | undefined, zone: ZoneName): Moment {
  if (moment?.date != null) return { date: moment.date };
  const instant = instantIn(moment ?? {}, zone);
  return { dateTime: withOffset(instant, zone), timeZone: moment?.timeZone ?? zone };
}

/** An instant as the clocks of a zone show it, with their offset. */
export function withOffset(instant: number, zone: ZoneName): string {
  const offset = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offset;
  return `${localAt(instant, zone)}${offset === '+00:00' ? 'Z' : offset}`;
}

type Properties = NonNullable<SandboxEvent['extendedProperties']>;

/** Names that are too long are dropped, values cut, without a word. */
function cleanProperties(given: Properties): Properties | null {
  const clean = (part: Readonly<Record<string, string>> | undefined) =>
    Object.fromEntries(
      Object.entries(part ?? {})
        .filter(([name]) => name.length <= most.propertyName)
        .map(([name, value]) => [name, String(value).slice(0, most.propertyValue)] as const)
        .slice(0, most.properties),
    );
  const [own, shared] = [clean(given.private), clean(given.shared)];
  const some = {
    ...(Object.keys(own).length > 0 && { private: own }),
    ...(Object.keys(shared).length > 0 && { shared }),
  };
  return Object.keys(some).length === 0 ? null : some;
}
