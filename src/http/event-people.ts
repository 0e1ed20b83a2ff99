/** Who is asked to an event, and how each copy of it fares. Pure. */
import type { CalendarRow } from '../model/calendar.ts';
import type { Copy } from '../model/copy.ts';
import type { ScheduledEvent } from '../model/event.ts';
import { allFields, type Face, sameField } from '../model/face.ts';
import { type Attendance, attendanceOf } from '../model/groups.ts';
import type { CalendarId, Instant } from '../model/ids.ts';
import type { Person } from '../model/person.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { isEngaged } from '../model/view.ts';
import { rangeOf } from '../model/when.ts';
import { faceOf } from '../sync/project.ts';
import type { Tone } from './words.ts';

export type CopyReport = Readonly<{ calendar: CalendarId | null; state: string; tone: Tone; reason: string }>;
export type Asked = Readonly<{ person: Person; attendance: Attendance; copies: readonly CopyReport[] }>;

export type EventMatter = Readonly<{
  snapshot: ScheduleSnapshot;
  event: ScheduledEvent;
  calendars: readonly CalendarRow[];
  /** Of this event. */
  copies: readonly Copy[];
  now: Instant;
}>;

/** Everyone the published event asks, with the state of their copies. */
export function askedTo(matter: EventMatter): Asked[] {
  const { snapshot, event } = matter;
  const content = (event.published ?? event).content;
  return attendanceOf(content, snapshot).flatMap(attendance => {
    const person = snapshot.people.get(attendance.person);
    return person ? [{ person, attendance, copies: reportsOf(person, attendance, matter) }] : [];
  });
}

/** Copies in calendars of people who are not asked (any more): they are on their way out, or a decision waits. */
export function straysOf(matter: EventMatter, asked: readonly Asked[]): CopyReport[] {
  const people = new Set<string>(asked.map(({ person }) => person.id));
  return matter.calendars
    .filter(({ link }) => !people.has(link.person))
    .flatMap(row => {
      const copy = copyIn(row, matter);
      return copy === null || copy.state === 'removed' ? [] : [copyReport(row, copy, null, matter)];
    });
}

function reportsOf(person: Person, attendance: Attendance, matter: EventMatter): CopyReport[] {
  const { snapshot, event } = matter;
  const rows = matter.calendars.filter(
    ({ link }) => link.person === person.id && link.mode !== 'busy' && link.carrier === 'copy',
  );
  if (rows.length === 0) return [{ calendar: null, state: 'no calendar', tone: 'plain', reason: 'told by mail' }];
  const content = event.published?.content ?? null;
  const isShown = content !== null && content.status !== 'cancelled' && isEngaged(person, content);
  const wanted = isShown ? faceOf(content, { reader: person, about: person, attendance }, snapshot) : null;
  return rows.map(row => copyReport(row, copyIn(row, matter), wanted, matter));
}

const copyIn = ({ link }: CalendarRow, { copies }: EventMatter) =>
  copies.find(copy => copy.calendarId === link.id) ?? null;

/** `wanted` null: it has no place in this calendar. */
function copyReport(row: CalendarRow, copy: Copy | null, wanted: Face | null, matter: EventMatter): CopyReport {
  const report = (state: string, tone: Tone, reason: string): CopyReport => ({
    calendar: row.link.id,
    state,
    tone,
    reason: row.state === 'ok' ? reason : [reason, `calendar ${row.state}`].filter(Boolean).join('; '),
  });
  const isThere = copy !== null && copy.state !== 'removed';
  if (wanted === null)
    return isThere ? report('waiting', 'wait', 'is to be taken out') : report('not shown', 'plain', '');
  if (copy?.state === 'stuck') return report('stuck', 'bad', copy.problem ?? 'the calendar refused it');
  if (copy?.state === 'hidden') return report('hidden', 'wait', 'they deleted it');
  if (copy?.state === 'placed' && copy.base !== null) {
    const { sent } = copy.base;
    const differs = allFields.some(field => !sameField(field, sent[field], wanted[field]));
    if (differs) return report('waiting', 'wait', 'an update is on its way');
    return row.state === 'ok' ? report('in step', 'good', '') : report('in step when last seen', 'wait', '');
  }
  const content = matter.event.content;
  if (content.rrule === null && rangeOf(content.when).to < matter.now)
    return report('not shown', 'plain', 'it is over');
  return report('waiting', 'wait', 'not in the calendar yet');
}
