/** The published schedule as single entries, day by day. Pure. */
import { occurrences } from '../ical/expand.ts';
import { IcalError } from '../ical/ical-error.ts';
import type { EventContent, EventKind, Override, ScheduledEvent } from '../model/event.ts';
import { attendanceOf } from '../model/groups.ts';
import type { PersonId, VenueId } from '../model/ids.ts';
import { occurrenceWhen } from '../model/occurrence.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { OccurrenceStart } from '../model/series.ts';
import { oneLine } from '../model/view.ts';
import { addDays, type LocalDate, rangeOf, type When } from '../model/when.ts';

/** One event, or one occurrence of a series. */
export type DiaryEntry = Readonly<{
  event: ScheduledEvent;
  content: EventContent;
  occurrence: OccurrenceStart | null;
  when: When;
  title: string;
  venue: VenueId | null;
  isCancelled: boolean;
  /** The day it is listed under: its first, or the first of the days asked for. */
  day: LocalDate;
}>;

/** Days are those of each event's own zone; both ends count. */
export type DiaryQuery = Readonly<{ from: LocalDate; to: LocalDate; person: PersonId | null; kind: EventKind | null }>;

/** So many dates of one series within the days asked for; a year of a daily one is 366. */
const maxDates = 400;

/** In order of day; whole days first, then by time. */
export function diaryOf(snapshot: ScheduleSnapshot, query: DiaryQuery): DiaryEntry[] {
  return [...snapshot.events.values()]
    .flatMap(event => entriesOf(event, query))
    .filter(({ content }) => query.person === null || asks(content, query.person, snapshot))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function asks(content: EventContent, person: PersonId, snapshot: ScheduleSnapshot): boolean {
  return attendanceOf(content, snapshot).some(one => one.person === person);
}

const sortKey = ({ day, when, event }: DiaryEntry) =>
  `${day} ${when.kind === 'all-day' ? '' : when.start.slice(0, 10) < day ? '0' : when.start} ${event.id}`;

function entriesOf(event: ScheduledEvent, query: DiaryQuery): DiaryEntry[] {
  const content = event.published?.content;
  if (!content || (query.kind !== null && content.kind !== query.kind)) return [];
  const entry = (occurrence: OccurrenceStart | null, when: When, change: Override | null): DiaryEntry[] => {
    if (when.start.slice(0, 10) > query.to || lastDay(when) < query.from) return [];
    const first = when.start.slice(0, 10) as LocalDate;
    const isUnderWay = first < query.from;
    return [
      {
        event,
        content,
        occurrence,
        when,
        title: oneLine(change?.title ?? content.title),
        venue: change?.venue ?? content.venue,
        isCancelled: content.status === 'cancelled' || change?.status === 'cancelled',
        day: isUnderWay ? query.from : first,
      },
    ];
  };
  if (content.rrule === null) return entry(null, content.when, null);
  const regular = regularDates(content, content.rrule, query).flatMap(one => entry(one.occurrence, one.when, null));
  const changed = content.overrides.flatMap(change =>
    entry(change.occurrence, change.when ?? occurrenceWhen(change.occurrence, content.when), change),
  );
  return [...regular, ...changed];
}

/** The dates of a series on which nothing is changed. */
function regularDates(content: EventContent, rrule: string, { from, to }: DiaryQuery) {
  const { when } = content;
  const days = { kind: 'all-day', start: from, end: addDays(to, 1), zone: when.zone } as const;
  const exdates = [...content.except, ...content.overrides.map(change => change.occurrence)];
  try {
    return occurrences(when, { rrule, exdates, overrides: [] }, rangeOf(days), maxDates).starts;
  } catch (error) {
    // One rule that cannot be read must not hide everything else; its first date is shown.
    if (error instanceof IcalError) return [{ occurrence: null, when }];
    throw error;
  }
}

/** The last day on which it still is; what ends at midnight ends the day before. */
function lastDay({ start, end }: When): string {
  const day = end.slice(0, 10) as LocalDate;
  const endsAtMidnight = end.length === 10 || end.endsWith('T00:00:00');
  return endsAtMidnight && day > start.slice(0, 10) ? addDays(day, -1) : day;
}

/** The Monday of the week in which there is next something to see: from today on, else the last before. */
export function openingWeek(
  snapshot: ScheduleSnapshot,
  today: LocalDate,
  filter: Pick<DiaryQuery, 'person' | 'kind'>,
): LocalDate {
  const ahead = diaryOf(snapshot, { ...filter, from: today, to: addDays(today, 366) }).at(0);
  const past = ahead ?? diaryOf(snapshot, { ...filter, from: addDays(today, -366), to: addDays(today, -1) }).at(-1);
  const day = past?.day ?? today;
  return addDays(day, 1 - Temporal.PlainDate.from(day).dayOfWeek);
}
