/** One event of a sandbox mailbox: what is stored of it, and what Exchange makes of what is written. No sockets. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { storedHtml } from './microsoft-html.ts';
import { patternProblem, recurrenceDates, type WireRecurrence, wireRecurrence } from './microsoft-recurrence.ts';
import { type WireZone, wireZone, zonedTime } from './microsoft-zones.ts';

/** A refusal in Graph's words. */
export class GraphRefusal extends Error {
  override readonly name = 'GraphRefusal';
  readonly status: number;
  readonly code: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.more = more;
  }
}

/** Wall times in zones; of whole days midnights, whatever the zone. */
export type StoredTimes = Readonly<{
  start: string;
  end: string;
  zone: WireZone;
  endZone: WireZone;
  isAllDay: boolean;
}>;
export type Attendee = Readonly<{ emailAddress: { address: string; name?: string | undefined } }>;

/** What one occurrence may have of its own. */
export type StoredFields = Readonly<{
  subject: string;
  html: string;
  times: StoredTimes;
  place: string;
  showAs: string;
  sensitivity: string;
  importance: string;
  categories: readonly string[];
  isReminderOn: boolean;
  reminderMinutesBeforeStart: number;
  attendees: readonly Attendee[];
}>;

export type StoredException = Readonly<{ fields: StoredFields; revision: number }>;

/** What a mailbox keeps of a meeting to which somebody else asked its owner. */
export type StoredMeeting = Readonly<{
  organizer: Readonly<{ address: string; name: string }>;
  response: 'notResponded' | 'accepted' | 'tentativelyAccepted' | 'declined';
  /** ISO time of the answer. */
  time: string;
}>;
export const never = '0001-01-01T00:00:00Z';

export type StoredEvent = Readonly<{
  fields: StoredFields;
  /** null: the owner of the mailbox is its organiser. */
  meeting: StoredMeeting | null;
  recurrence: WireRecurrence | null;
  /** By original start, a wall time in the zone of the series. */
  exceptions: ReadonlyMap<string, StoredException>;
  cancelled: readonly string[];
  /** Counts the times that all occurrences got new ids. */
  mint: number;
  mintedAt: number;
  /** Extended properties by id. */
  properties: ReadonlyMap<string, string>;
  transactionId: string | null;
  iCalUId: string;
  createdAt: string;
}>;

const wireMoment = z.object({ dateTime: z.string(), timeZone: z.string() });

/** What may be written; everything else of an event is ignored, as Graph does with what is read-only. */
export const wireEvent = z.object({
  subject: z.string().nullable().optional(),
  body: z.object({ contentType: z.enum(['text', 'html']), content: z.string() }).optional(),
  start: wireMoment.optional(),
  end: wireMoment.optional(),
  isAllDay: z.boolean().optional(),
  location: z.object({ displayName: z.string().nullable().optional() }).nullable().optional(),
  showAs: z.enum(['free', 'tentative', 'busy', 'oof', 'workingElsewhere', 'unknown']).optional(),
  sensitivity: z.enum(['normal', 'personal', 'private', 'confidential']).optional(),
  importance: z.enum(['low', 'normal', 'high']).optional(),
  categories: z.array(z.string()).optional(),
  isReminderOn: z.boolean().optional(),
  reminderMinutesBeforeStart: z.number().int().optional(),
  attendees: z
    .array(z.object({ emailAddress: z.object({ address: z.string(), name: z.string().optional() }) }))
    .max(500)
    .optional(),
  recurrence: wireRecurrence.nullable().optional(),
  transactionId: z.string().optional(),
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: z.string() })).optional(),
});
export type WireEvent = z.infer<typeof wireEvent>;

/** What a mailbox gives an event that says nothing of it. */
const blankFields: Omit<StoredFields, 'times'> = {
  subject: '',
  html: storedHtml('text', ''),
  place: '',
  showAs: 'busy',
  sensitivity: 'normal',
  importance: 'normal',
  categories: [],
  isReminderOn: true,
  reminderMinutesBeforeStart: 15,
  attendees: [],
};

/** Throws GraphRefusal. */
export function parseEvent(body: unknown): WireEvent {
  const read = wireEvent.safeParse(body);
  if (read.success) return read.data;
  throw new GraphRefusal(400, 'ErrorInvalidRequest', `cannot read the event: ${read.error.issues[0]?.path.join('.')}`);
}

/** A new event. Throws GraphRefusal. */
export function madeEvent(given: WireEvent, made: Pick<StoredEvent, 'iCalUId' | 'createdAt'>): StoredEvent {
  const times = timesOf(given, null);
  const fields = fieldsAfter({ ...blankFields, times }, given);
  const event: StoredEvent = {
    ...made,
    fields,
    meeting: null,
    recurrence: null,
    exceptions: new Map(),
    cancelled: [],
    mint: 1,
    mintedAt: 0,
    properties: propertiesAfter(new Map(), given),
    transactionId: given.transactionId ?? null,
  };
  return { ...event, recurrence: recurrenceAfter(event, given) };
}

/** The event or series after a write to it; a new time or pattern drops every exception and mints new occurrences. */
export function changedEvent(event: StoredEvent, given: WireEvent, revision: number): StoredEvent {
  const fields = fieldsAfter({ ...event.fields, times: timesOf(given, event.fields.times) }, given);
  const changed = { ...event, fields, properties: propertiesAfter(event.properties, given) };
  const recurrence = recurrenceAfter(changed, given);
  const same = isDeepStrictEqual(fields.times, event.fields.times) && isDeepStrictEqual(recurrence, event.recurrence);
  if (same) return { ...changed, recurrence };
  return { ...changed, recurrence, exceptions: new Map(), cancelled: [], mint: event.mint + 1, mintedAt: revision };
}

/** The series after a write to one occurrence. Throws GraphRefusal `ErrorOccurrenceCrossingBoundary`. */
export function changedInstance(event: StoredEvent, slot: string, given: WireEvent, revision: number): StoredEvent {
  const before = event.exceptions.get(slot)?.fields ?? naturalFields(event, slot);
  const fields = fieldsAfter({ ...before, times: timesOf(given, before.times) }, given);
  const others = slotsOf(event, Temporal.PlainDate.from(slot.slice(0, 10)).add({ days: 400 })).filter(
    other => other !== slot && !event.cancelled.includes(other),
  );
  const day = fields.times.start.slice(0, 10);
  const at = others.findIndex(other => other > slot);
  const next = at < 0 ? null : (others[at] ?? null);
  const previous = others.filter(other => other < slot).at(-1) ?? null;
  const dayOf = (other: string) => (event.exceptions.get(other)?.fields.times.start ?? other).slice(0, 10);
  if ((next !== null && day >= dayOf(next)) || (previous !== null && day <= dayOf(previous))) {
    throw new GraphRefusal(400, 'ErrorOccurrenceCrossingBoundary', 'the occurrence would cross its neighbour');
  }
  return { ...event, exceptions: new Map([...event.exceptions, [slot, { fields, revision }]]) };
}

/** The series without one occurrence. */
export function withoutInstance(event: StoredEvent, slot: string): StoredEvent {
  const exceptions = new Map([...event.exceptions].filter(([other]) => other !== slot));
  return { ...event, exceptions, cancelled: [...new Set([...event.cancelled, slot])].sort() };
}

/** Original starts up to a day, those taken away included. */
export function slotsOf({ fields: { times }, recurrence }: StoredEvent, last: Temporal.PlainDate): string[] {
  if (recurrence === null) return [];
  return recurrenceDates(recurrence, last).map(day => `${day.toString()}T${times.start.slice(11)}`);
}

/** An occurrence as the series says it. */
export function naturalFields({ fields }: StoredEvent, slot: string): StoredFields {
  const length = Temporal.PlainDateTime.from(fields.times.start).until(fields.times.end);
  const end = Temporal.PlainDateTime.from(slot).add(length).toString({ smallestUnit: 'second' });
  return { ...fields, times: { ...fields.times, start: slot, end } };
}

/** The span of instants; whole days as if in UTC. */
export function spanOf({ start, end, zone, endZone, isAllDay }: StoredTimes): Readonly<{ from: number; to: number }> {
  const at = (local: string, { iana }: WireZone) => zonedTime(local, isAllDay ? 'UTC' : iana).epochMilliseconds;
  return { from: at(start, zone), to: at(end, endZone) };
}

function fieldsAfter(before: StoredFields, given: WireEvent): StoredFields {
  return {
    ...before,
    ...(given.subject !== undefined && { subject: given.subject ?? '' }),
    ...(given.body !== undefined && { html: storedHtml(given.body.contentType, given.body.content) }),
    ...(given.location !== undefined && { place: given.location?.displayName ?? '' }),
    ...(given.showAs !== undefined && { showAs: given.showAs }),
    ...(given.sensitivity !== undefined && { sensitivity: given.sensitivity }),
    ...(given.importance !== undefined && { importance: given.importance }),
    ...(given.categories !== undefined && { categories: given.categories }),
    ...(given.isReminderOn !== undefined && { isReminderOn: given.isReminderOn }),
    ...(given.reminderMinutesBeforeStart !== undefined && {
      reminderMinutesBeforeStart: given.reminderMinutesBeforeStart,
    }),
    ...(given.attendees !== undefined && { attendees: given.attendees }),
  };
}

function propertiesAfter(before: ReadonlyMap<string, string>, given: WireEvent): ReadonlyMap<string, string> {
  const written = given.singleValueExtendedProperties ?? [];
  return new Map([...before, ...written.map(({ id, value }) => [id, value] as const)]);
}

function timesOf(given: WireEvent, before: StoredTimes | null): StoredTimes {
  const isAllDay = given.isAllDay ?? before?.isAllDay ?? false;
  const start = given.start ? momentOf(given.start) : before && { local: before.start, zone: before.zone };
  const end = given.end ? momentOf(given.end) : before && { local: before.end, zone: before.endZone };
  if (!start || !end) throw new GraphRefusal(400, 'ErrorPropertyValidationFailure', 'start and end are required');
  const times = { start: start.local, end: end.local, zone: start.zone, endZone: end.zone, isAllDay };
  const midnight = (local: string) => local.endsWith('T00:00:00');
  const span = spanOf(times);
  const days = midnight(times.start) && midnight(times.end) && start.zone.iana === end.zone.iana;
  if (isAllDay && (!days || span.to <= span.from)) {
    throw new GraphRefusal(400, 'ErrorPropertyValidationFailure', 'an all-day event is midnight to midnight');
  }
  if (span.to < span.from) throw new GraphRefusal(400, 'ErrorPropertyValidationFailure', 'end is before start');
  return times;
}

function momentOf({ dateTime, timeZone }: z.infer<typeof wireMoment>): Readonly<{ local: string; zone: WireZone }> {
  const zone = wireZone(timeZone);
  if (zone === null) throw new GraphRefusal(400, 'TimeZoneNotSupportedException', 'the time zone is not supported');
  const local = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.0+)?$/.exec(dateTime)?.[1];
  if (local === undefined) throw new GraphRefusal(400, 'ErrorInvalidRequest', 'dateTime is no local date and time');
  return { local, zone };
}

function recurrenceAfter(event: StoredEvent, given: WireEvent): WireRecurrence | null {
  const { times } = event.fields;
  const wanted = given.recurrence === undefined ? event.recurrence : given.recurrence;
  if (wanted === null) return null;
  const problem = patternProblem(wanted);
  if (problem !== null) throw new GraphRefusal(400, 'ErrorPropertyValidationFailure', problem);
  const startDate = times.start.slice(0, 10);
  if (given.recurrence && wanted.range.startDate !== startDate) {
    throw new GraphRefusal(400, 'ErrorPropertyValidationFailure', 'range.startDate is not the date of start');
  }
  const range = { ...wanted.range, startDate, recurrenceTimeZone: times.zone.shown };
  return { pattern: wanted.pattern, range };
}
