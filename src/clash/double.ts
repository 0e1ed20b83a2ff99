/** The one blocking clash that an edit from a calendar must not make: a required person in two places. Pure. */

import type { EventContent } from '../model/event.ts';
import { attendanceOf } from '../model/groups.ts';
import type { EventId, PersonId } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { overlaps, type Range, rangeOf } from '../model/when.ts';

/**
 * Required people of `content` who are required elsewhere at the same time (C-DOUBLE). Nested events, whole-day
 * events and series are not counted; production-domain.md section 10.
 */
export function doubleBooked(snapshot: ScheduleSnapshot, id: EventId, content: EventContent): PersonId[] {
  if (content.when.kind === 'all-day' || content.rrule !== null) return [];
  const range = rangeOf(content.when);
  const people = requiredOf(content, snapshot);
  const found = new Set<PersonId>();
  for (const other of snapshot.events.values()) {
    if (other.id === id || other.id === content.parent || other.content.parent === id) continue;
    if (!competes(other.content, range)) continue;
    for (const person of requiredOf(other.content, snapshot)) if (people.has(person)) found.add(person);
  }
  return [...found].sort();
}

function competes(content: EventContent, range: Range): boolean {
  const firm = content.status !== 'idea' && content.status !== 'pencilled' && content.status !== 'cancelled';
  return firm && content.when.kind === 'timed' && content.rrule === null && overlaps(rangeOf(content.when), range);
}

function requiredOf(content: EventContent, snapshot: ScheduleSnapshot): Set<PersonId> {
  const required = attendanceOf(content, snapshot).filter(attendance => attendance.role === 'required');
  return new Set(required.map(attendance => attendance.person));
}
