/** What one calendar ought to show: the published schedule as its owner may see it. Pure. */
import { createHash } from 'node:crypto';
import { occurrences } from '../ical/expand.ts';
import type { CalendarLink } from '../model/calendar.ts';
import type { EventContent, Override, ScheduledEvent } from '../model/event.ts';
import type { Face } from '../model/face.ts';
import { type Attendance, attendanceOf } from '../model/groups.ts';
import type { EventId, PersonId } from '../model/ids.ts';
import { occurrenceWhen } from '../model/occurrence.ts';
import type { Person } from '../model/person.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { Busy, OccurrenceStart, Series } from '../model/series.ts';
import { detailsFor, isEngaged, maySeeContent, placeLine, titleFor, type Viewer } from '../model/view.ts';
import { localAt, overlaps, type Range, rangeOf } from '../model/when.ts';

export type WantedCopy = Readonly<{
  event: ScheduledEvent;
  /** The published content the face was made from. */
  content: EventContent;
  face: Face;
  status: 'confirmed' | 'tentative';
}>;

export type Projection = Readonly<{
  wanted: ReadonlyMap<EventId, WantedCopy>;
  /** Events that are this person's but lie outside the window: no copy is made or taken away, only moved there. */
  outside: ReadonlyMap<EventId, WantedCopy>;
}>;

/** Everything a calendar ought to show within `window`: nothing, where its link carries no copies. */
export function projectCalendar(snapshot: ScheduleSnapshot, link: CalendarLink, window: Range): Projection {
  const person = snapshot.people.get(link.person);
  const carries = link.mode !== 'busy' && link.carrier === 'copy';
  return person && carries ? projectPerson(snapshot, person, window) : { wanted: new Map(), outside: new Map() };
}

/** A person's own events within `window`, as they may see them. */
export function projectPerson(snapshot: ScheduleSnapshot, person: Person, window: Range): Projection {
  const wanted = new Map<EventId, WantedCopy>();
  const outside = new Map<EventId, WantedCopy>();
  for (const event of snapshot.events.values()) {
    const content = event.published?.content;
    if (!content || !isShown(content)) continue;
    const attendance = attendanceFor(snapshot, event.id, content, person.id);
    if (!attendance || !isEngaged(person, content)) continue;
    const side = isWithin(content, window) ? wanted : outside;
    side.set(event.id, wantedCopy(snapshot, event, content, { reader: person, about: person, attendance }));
  }
  return { wanted, outside };
}

const isShown = (content: EventContent) => content.status !== 'idea' && content.status !== 'cancelled';

/** Attendance is asked for again and again for the same content: remembered for as long as its snapshot lives. */
const attendances = new WeakMap<ScheduleSnapshot, Map<EventId, ReadonlyMap<PersonId, Attendance>>>();

function attendanceFor(snapshot: ScheduleSnapshot, id: EventId, content: EventContent, person: PersonId) {
  const events = attendances.get(snapshot) ?? new Map<EventId, ReadonlyMap<PersonId, Attendance>>();
  attendances.set(snapshot, events);
  const known = events.get(id) ?? new Map(attendanceOf(content, snapshot).map(one => [one.person, one] as const));
  events.set(id, known);
  return known.get(person) ?? null;
}

function isWithin(content: EventContent, window: Range): boolean {
  const series = seriesOf(content);
  if (series === null) return overlaps(rangeOf(content.when), window);
  const moved = content.overrides.some(
    ({ status, when }) => status === 'changed' && when !== null && overlaps(rangeOf(when), window),
  );
  return moved || occurrences(content.when, series, window, 1).starts.length > 0;
}

/** The bare series of an event, for questions of time. */
function seriesOf(content: EventContent): Series | null {
  return content.rrule === null ? null : { rrule: content.rrule, exdates: exdatesOf(content), overrides: [] };
}

function exdatesOf(content: EventContent): OccurrenceStart[] {
  const cancelled = content.overrides.filter(override => override.status === 'cancelled');
  return [...new Set([...content.except, ...cancelled.map(override => override.occurrence)])].sort();
}

function wantedCopy(
  snapshot: ScheduleSnapshot,
  event: ScheduledEvent,
  content: EventContent,
  viewer: Viewer,
): WantedCopy {
  const status = content.status === 'pencilled' ? 'tentative' : 'confirmed';
  return { event, content, face: faceOf(content, viewer, snapshot), status };
}

/** The face of one event for one reader, before a provider's limits. */
export function faceOf(content: EventContent, viewer: Viewer, snapshot: ScheduleSnapshot): Face {
  const title = titleFor(content, viewer, snapshot);
  const venueOf = (id: EventContent['venue']) => (id === null ? null : (snapshot.venues.get(id) ?? null));
  const place = placeLine(venueOf(content.venue), content, viewer, snapshot) || (content.onlineUrl ? 'Online' : '');
  const notes = detailsFor(content, viewer, snapshot);
  const busy: Busy = content.status === 'pencilled' ? 'tentative' : 'busy';
  const changed = (override: Override) => ({
    occurrence: override.occurrence,
    face: {
      when: override.when ?? occurrenceWhen(override.occurrence, content.when),
      title: titleFor({ ...content, title: override.title ?? content.title }, viewer, snapshot),
      place: override.venue === null ? place : placeLine(venueOf(override.venue), content, viewer, snapshot),
      notes:
        override.notes && maySeeContent(content, viewer, snapshot) ? `${override.notes}\n\n${notes}`.trim() : notes,
      busy,
    },
  });
  const overrides = content.overrides
    .filter(override => override.status === 'changed')
    .map(changed)
    .sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1));
  const series = content.rrule === null ? null : { rrule: content.rrule, exdates: exdatesOf(content), overrides };
  return { when: content.when, title, place, notes, url: content.onlineUrl, busy, series };
}

/** The span of instants that is kept in step, from so many days ago to so many days ahead. */
export function windowAt(now: number, pastDays: number, futureDays: number): Range {
  const day = 24 * 60 * 60 * 1000;
  return { from: now - pastDays * day, to: now + futureDays * day };
}

/** The schedule's local date: when it changes, the window has moved and every calendar is planned anew. */
export function localDay(snapshot: ScheduleSnapshot, now: number): string {
  return localAt(now, snapshot.zone).slice(0, 10);
}

/** Names a face, so that a copy the provider refused is tried again only with another one. */
export function faceHash(face: Face): string {
  return createHash('sha256').update(JSON.stringify(face)).digest('hex').slice(0, 16);
}
