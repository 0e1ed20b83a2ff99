/** What people do in the demo: the office edits the schedule, the others touch only their own calendar. */
import type { EventContent, ScheduledEvent } from '../../model/event.ts';
import type { Choice, Finding } from '../../model/finding.ts';
import { brandId, type CalendarId, type EventId, type PersonId } from '../../model/ids.ts';
import type { LocalDateTime, When } from '../../model/when.ts';
import { saveEvent, undoEvent } from '../../schedule/save.ts';
import { resolveFinding } from '../../sync/resolve.ts';
import type { Appointment, Diary, Entry } from './diary.ts';
import type { DemoOffice } from './office.ts';

/** The office's edit, by a secretary's name. The daemon is told, as the web page would tell it. */
export async function editEvent(
  office: DemoOffice,
  id: EventId,
  by: string,
  change: (content: EventContent) => EventContent,
): Promise<ScheduledEvent> {
  const saved = await office.app.store.write(async r => {
    const { content, version } = await eventIn(r, office, id);
    return await saveEvent(r, {
      ...editing(office, by),
      source: 'demo',
      id,
      expected: version,
      content: change(content),
    });
  });
  office.daemon.wake();
  return saved;
}

/** Takes the last edit of an event back. */
export async function undoLastEdit(office: DemoOffice, id: EventId, by: string): Promise<ScheduledEvent> {
  const saved = await office.app.store.write(async r => {
    const { version } = await eventIn(r, office, id);
    return await undoEvent(r, { ...editing(office, by), id, expected: version, to: version - 1 });
  });
  office.daemon.wake();
  return saved;
}

export async function decide(office: DemoOffice, finding: Finding, choice: Choice, by: string): Promise<Finding> {
  const { now, held } = editing(office, by);
  const decided = await resolveFinding(office.app.store, { id: finding.id, choice, by, now, held });
  office.daemon.wake();
  return decided;
}

type Repositories = Parameters<Parameters<DemoOffice['app']['store']['read']>[0]>[0];

async function eventIn(r: Repositories, { production }: DemoOffice, id: EventId): Promise<ScheduledEvent> {
  const event = await r.schedule.event(production, id);
  if (event === null) throw new Error(`the sample schedule has no event ${id}`);
  return event;
}

function editing({ app, production }: DemoOffice, by: string) {
  return { production, by, now: app.runtime.now(), held: app.config.publishing.held };
}

/** The event, its stops and its calls, so many minutes later. */
export function later(content: EventContent, minutes: number): EventContent {
  const { when, stops, calls } = content;
  const clock = (time: string | null) =>
    time === null ? null : Temporal.PlainTime.from(time).add({ minutes }).toString({ smallestUnit: 'minute' });
  return {
    ...content,
    when: laterBy(when, minutes),
    stops: stops.map(stop => ({
      ...stop,
      arrive: clock(stop.arrive),
      leave: clock(stop.leave),
      lunchStart: clock(stop.lunchStart),
      lunchEnd: clock(stop.lunchEnd),
    })),
    calls: calls.map(call => ({ ...call, arrive: clock(call.arrive), pickup: clock(call.pickup) })),
  };
}

export function laterBy(when: When, minutes: number): When {
  if (when.kind === 'all-day') return when;
  const move = (local: LocalDateTime) =>
    brandId<LocalDateTime>(Temporal.PlainDateTime.from(local).add({ minutes }).toString({ smallestUnit: 'second' }));
  return { ...when, start: move(when.start), end: move(when.end) };
}

/** A time on the event's own day, `HH:MM` to `HH:MM`. */
export function onSameDay(when: When, from: string, to: string): When {
  if (when.kind === 'all-day') return when;
  const day = when.start.slice(0, 10);
  const at = (time: string) => brandId<LocalDateTime>(`${day}T${time}:00`);
  return { ...when, start: at(from), end: at(to) };
}

/** Throws where the person has none. */
export function diaryOf({ diaries }: DemoOffice, person: PersonId): Diary {
  const diary = diaries.get(person);
  if (diary === undefined) throw new Error(`${person} has no calendar in the demo`);
  return diary;
}

/** The person drags an event in their own calendar. callboard is not told: see `providerCalls`. */
export function dragInCalendar(office: DemoOffice, person: PersonId, uid: string, to: (when: When) => When): void {
  const { id, when } = shownEntry(office, person, uid);
  diaryOf(office, person).change(id, { when: to(when) });
}

export function deleteInCalendar(office: DemoOffice, person: PersonId, uid: string): void {
  diaryOf(office, person).remove(shownEntry(office, person, uid).id);
}

export function addToCalendar(office: DemoOffice, person: PersonId, appointment: Appointment): void {
  diaryOf(office, person).add(appointment);
}

function shownEntry(office: DemoOffice, person: PersonId, uid: string): Entry {
  const found = entryFor(office, person, uid);
  if (found === null) throw new Error(`the calendar of ${person} does not show that event`);
  return found;
}

/** What a person's calendar shows of an event of ours; null: nothing. */
export function entryFor(office: DemoOffice, person: PersonId, uid: string): Entry | null {
  const entries = diaryOf(office, person).entries();
  return entries.find(one => one.uid === uid) ?? null;
}

/** Says that something changed in these calendars, as a provider's call or the next look of the minute would. */
export async function providerCalls(office: DemoOffice, people: Iterable<PersonId>): Promise<void> {
  const wanted = new Set(people);
  await office.app.store.write(async r => {
    const rows = await r.calendars.all(office.production);
    const ids = rows.flatMap(({ link }): CalendarId[] => (wanted.has(link.person) ? [link.id] : []));
    await r.calendars.wake(ids);
  });
  office.daemon.wake();
}
