/** What is accepted and yet looks wrong. Pure. */

import type { EventContent } from '../../model/event.ts';
import { attendanceOf, type Directory, membersOf } from '../../model/groups.ts';
import { brandId, type EventId } from '../../model/ids.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import type { RowNote } from '../sheets/sheet.ts';
import type { Candidate } from './candidate.ts';
import { noteAt } from './entry.ts';
import { isSelector } from './known.ts';
import type { Outlook } from './prune.ts';

/** Selectors that fit nobody, calls of people whom the event does not ask, travel between places nobody knows. */
export function warningsOf(rows: readonly Candidate<unknown>[], outlook: Outlook): RowNote[] {
  const places = new Set<string>([...outlook.venues.keys()]);
  for (const venue of outlook.venues.values()) places.add(venue.zone);
  for (const person of outlook.people.values()) places.add(person.base);
  const attendees = new Map<EventId, ReadonlySet<string>>();
  return rows.flatMap(row => {
    if (row.at.sheet === 'travel') return travelWarnings(row, places);
    if (row.at.sheet === 'calls') return callWarnings(row, outlook, attendees);
    return selectorWarnings(row, outlook);
  });
}

function selectorWarnings(row: Candidate<unknown>, directory: Directory): RowNote[] {
  return row.references
    .filter(({ to, id }) => to === 'invitee' && isSelector(id) && membersOf(id, directory).size === 0)
    .map(({ column, id }) => noteAt(row.at, { column, value: id, problem: 'fits nobody yet' }));
}

function callWarnings(
  row: Candidate<unknown>,
  outlook: Outlook,
  attendees: Map<EventId, ReadonlySet<string>>,
): RowNote[] {
  const named = (column: string) => row.references.find(reference => reference.column === column)?.id ?? '';
  const event = brandId<EventId>(named('event'));
  const content = outlook.events.get(event);
  if (!content) return [];
  const asked = attendees.get(event) ?? askedBy(content, outlook);
  attendees.set(event, asked);
  if (asked.has(named('person'))) return [];
  return [
    noteAt(row.at, { column: 'person', value: named('person'), problem: `has a call, but ${event} does not ask them` }),
  ];
}

function askedBy(content: EventContent, directory: Directory): ReadonlySet<string> {
  return new Set(attendanceOf(content, directory).map(attendance => attendance.person));
}

function travelWarnings(row: Candidate<unknown>, places: ReadonlySet<string>): RowNote[] {
  const [from = '', to = ''] = row.key.split(' / ');
  return [
    { column: 'from', value: from },
    { column: 'to', value: to },
  ]
    .filter(place => !places.has(place.value))
    .map(place => noteAt(row.at, { ...place, problem: 'neither a venue nor a zone of one' }));
}

/** The schedule with what the rows make of it. */
export function outlookOf(snapshot: ScheduleSnapshot, made: Partial<Outlook>): Outlook {
  const contents = [...snapshot.events].map(([id, event]) => [id, event.content] as const);
  return {
    people: new Map([...snapshot.people, ...(made.people ?? [])]),
    venues: new Map([...snapshot.venues, ...(made.venues ?? [])]),
    groups: new Map([...snapshot.groups, ...(made.groups ?? [])]),
    events: new Map([...contents, ...(made.events ?? [])]),
    constraints: made.constraints ?? snapshot.constraints,
  };
}
