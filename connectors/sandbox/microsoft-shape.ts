/** Events as Graph shows them. Types: @microsoft/microsoft-graph-types, against which a test holds these shapes. */
import {
  naturalFields,
  never,
  type StoredEvent,
  type StoredException,
  type StoredFields,
  type StoredTimes,
} from './microsoft-event.ts';
import { previewOf } from './microsoft-html.ts';
import { wireTime, wireZone, zonedTime } from './microsoft-zones.ts';

/** What the reader asked for (Prefer, $select, $expand). */
export type View = Readonly<{
  /** Name of a zone. */
  zone: string;
  text: boolean;
  /** Ids of the extended properties to show. */
  properties: readonly string[];
  select: readonly string[] | null;
  exceptions: boolean;
}>;

/** Names by which an item goes in the kind of ids that were asked for. */
export type Names = Readonly<{ event: string; instance(slot: string): string }>;
export type Stored = Readonly<{ event: StoredEvent; tag: string; owner: string }>;

export type Shape = Readonly<Record<string, unknown>>;

export function eventShape(stored: Stored, names: Names, view: View): Shape {
  const { event, tag } = stored;
  const type = event.recurrence === null ? 'singleInstance' : 'seriesMaster';
  const shape = {
    ...commonShape(stored, event.fields, `W/"${tag}"`, view),
    id: names.event,
    type,
    seriesMasterId: null,
    transactionId: event.transactionId,
    recurrence: event.recurrence && {
      ...event.recurrence,
      range: { ...event.recurrence.range },
    },
    ...(view.properties.length > 0 ? propertiesShape(event, view) : {}),
  };
  const extra = type === 'seriesMaster' ? seriesShape(stored, names, view) : {};
  return selected({ ...shape, ...extra }, view);
}

/** An occurrence with everything. */
export function instanceShape(stored: Stored, slot: string, names: Names, view: View): Shape {
  const exception = stored.event.exceptions.get(slot);
  const fields = exception?.fields ?? naturalFields(stored.event, slot);
  const { zone, isAllDay } = stored.event.fields.times;
  const original = zonedTime(slot, isAllDay ? 'UTC' : zone.iana).toInstant();
  return selected(
    {
      ...commonShape(stored, fields, instanceTag(stored, exception), view),
      id: names.instance(slot),
      type: exception ? 'exception' : 'occurrence',
      seriesMasterId: names.event,
      originalStart: original.toString({ smallestUnit: 'second' }),
      recurrence: null,
    },
    view,
  );
}

/** An occurrence as delta names it: its times and no more. */
export function bareShape(stored: Stored, slot: string, names: Names, view: View): Shape {
  return {
    '@odata.type': '#microsoft.graph.event',
    '@odata.etag': `W/"${stored.tag}"`,
    id: names.instance(slot),
    seriesMasterId: names.event,
    type: 'occurrence',
    ...timesShape(naturalFields(stored.event, slot).times, view.zone),
  };
}

function instanceTag({ tag }: Stored, exception: StoredException | undefined): string {
  return exception ? `W/"x${exception.revision}"` : `W/"${tag}"`;
}

function commonShape({ event, owner }: Stored, fields: StoredFields, etag: string, view: View): Shape {
  const { times, html, place } = fields;
  const location = { displayName: place, locationType: 'default', uniqueId: place, uniqueIdType: 'private' };
  const preview = previewOf(html);
  return {
    '@odata.etag': etag,
    changeKey: /"(.*)"/.exec(etag)?.[1] ?? '',
    iCalUId: event.iCalUId,
    createdDateTime: event.createdAt,
    lastModifiedDateTime: event.createdAt,
    subject: fields.subject,
    bodyPreview: preview,
    body: view.text ? { contentType: 'text', content: preview } : { contentType: 'html', content: html },
    ...timesShape(times, view.zone),
    originalStartTimeZone: times.zone.shown,
    originalEndTimeZone: times.endZone.shown,
    isAllDay: times.isAllDay,
    isCancelled: false,
    isOrganizer: event.meeting === null,
    isDraft: false,
    hasAttachments: false,
    showAs: fields.showAs,
    sensitivity: fields.sensitivity,
    importance: fields.importance,
    categories: fields.categories,
    isReminderOn: fields.isReminderOn,
    reminderMinutesBeforeStart: fields.reminderMinutesBeforeStart,
    responseRequested: true,
    allowNewTimeProposals: true,
    hideAttendees: false,
    responseStatus: { response: event.meeting?.response ?? 'organizer', time: event.meeting?.time ?? never },
    location: place === '' ? { displayName: '', locationType: 'default' } : location,
    locations: place === '' ? [] : [location],
    attendees: fields.attendees.map(({ emailAddress }) => ({
      type: 'required',
      emailAddress,
      status: { response: 'none', time: never },
    })),
    organizer: { emailAddress: event.meeting?.organizer ?? { name: owner, address: owner } },
    isOnlineMeeting: false,
    onlineMeetingProvider: 'unknown',
    onlineMeeting: null,
    onlineMeetingUrl: null,
    webLink: 'https://outlook.example/x',
  };
}

/** Whole days keep their dates; everything else is shown in the zone asked for. */
function timesShape({ start, end, zone, endZone, isAllDay }: StoredTimes, wanted: string): Shape {
  const target = wireZone(wanted)?.iana ?? 'UTC';
  const shown = (local: string, from: string) => ({
    dateTime: wireTime(
      isAllDay ? Temporal.PlainDateTime.from(local) : zonedTime(local, from).withTimeZone(target).toPlainDateTime(),
    ),
    timeZone: wanted,
  });
  return { start: shown(start, zone.iana), end: shown(end, endZone.iana) };
}

function propertiesShape(event: StoredEvent, { properties }: View): Shape {
  const found = properties.flatMap(id => {
    const value = event.properties.get(id);
    return value === undefined ? [] : [{ id, value }];
  });
  return found.length === 0 ? {} : { singleValueExtendedProperties: found };
}

function seriesShape(stored: Stored, names: Names, view: View): Shape {
  const { event } = stored;
  const whole = { ...view, select: null, exceptions: false };
  return {
    ...(view.select?.includes('cancelledOccurrences') && {
      cancelledOccurrences: event.cancelled.map(slot => `OID.${names.event}.${slot.slice(0, 10)}`),
    }),
    ...(view.exceptions && {
      exceptionOccurrences: [...event.exceptions.keys()].sort().map(slot => instanceShape(stored, slot, names, whole)),
    }),
  };
}

/** What was asked for; ids, tags and what was expanded always come along. */
function selected(shape: Shape, { select }: View): Shape {
  if (select === null) return shape;
  const always = ['@odata.etag', 'id', 'singleValueExtendedProperties', 'exceptionOccurrences'];
  return Object.fromEntries(Object.entries(shape).filter(([name]) => select.includes(name) || always.includes(name)));
}
