/** What is said of one event to one reader, at that reader's tier; and whether two such statements differ enough to write. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { occurrences } from '../ical/expand.ts';
import { IcalError } from '../ical/ical-error.ts';
import type { EventContent } from '../model/event.ts';
import type { Attendance } from '../model/groups.ts';
import type { Instant } from '../model/ids.ts';
import type { Statement } from '../model/message.ts';
import type { Person } from '../model/person.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { detailsFor, placeLine, titleFor, type Viewer } from '../model/view.ts';
import { rangeOf, sameWhen } from '../model/when.ts';

/** A mail lists so many dates of a series, counted from its first; what follows them is in the calendars. */
export const listedDates = 60;
const farAheadMs = 10 * 366 * 86_400_000;

/** The statement that is true of this published content; null: it is off (cancelled, or only an idea). */
export function statementFor(
  content: EventContent,
  attendance: Attendance,
  about: Person,
  reader: Person,
  snapshot: ScheduleSnapshot,
): Statement | null {
  if (content.status === 'cancelled' || content.status === 'idea') return null;
  const viewer: Viewer = { reader, about, attendance };
  return {
    when: content.when,
    title: titleFor(content, viewer, snapshot),
    place: placeAt(content.venue, content, viewer, snapshot),
    onlineUrl: content.onlineUrl,
    status: content.status === 'pencilled' ? 'tentative' : 'confirmed',
    role: attendance.role,
    details: detailsFor(content, viewer, snapshot),
    occurrences: content.rrule === null ? null : datesOf(content, content.rrule, viewer, snapshot),
  };
}

function placeAt(venue: EventContent['venue'], content: EventContent, viewer: Viewer, snapshot: ScheduleSnapshot) {
  return placeLine(venue === null ? null : (snapshot.venues.get(venue) ?? null), content, viewer, snapshot);
}

/** The dates of a series with what was changed on single ones; the same list whenever it is made. */
function datesOf(content: EventContent, rrule: string, viewer: Viewer, snapshot: ScheduleSnapshot) {
  const changes = new Map(content.overrides.map(override => [override.occurrence, override]));
  return startsOf(content, rrule).flatMap(({ occurrence, when }) => {
    const change = changes.get(occurrence);
    if (change?.status === 'cancelled') return [];
    const place = placeAt(change?.venue ?? content.venue, content, viewer, snapshot);
    return [{ occurrence, when: change?.when ?? when, place }];
  });
}

function startsOf({ when, except: exdates }: EventContent, rrule: string) {
  const { from } = rangeOf(when);
  try {
    return occurrences(when, { rrule, exdates, overrides: [] }, { from, to: from + farAheadMs }, listedDates).starts;
  } catch (error) {
    // One rule that cannot be read must not keep everyone else from their mail; its first date is told.
    if (error instanceof IcalError) return [];
    throw error;
  }
}

/** The instants from the first start to the last end that a statement speaks of. */
function spanOf({ when, occurrences: dates }: Statement): Readonly<{ from: Instant; to: Instant }> {
  const spans = dates === null ? [rangeOf(when)] : dates.map(date => rangeOf(date.when));
  if (spans.length === 0) return rangeOf(when);
  return { from: Math.min(...spans.map(span => span.from)), to: Math.max(...spans.map(span => span.to)) };
}

/** Whether everything a statement speaks of is over. A list of dates that was cut off is not. */
export function isOver(statement: Statement, now: Instant): boolean {
  if (statement.occurrences !== null && statement.occurrences.length >= listedDates) return false;
  return spanOf(statement).to <= now;
}

/** The first start still to come; of an event that is under way its own start. */
export function nextStart(statement: Statement, now: Instant): Instant {
  const starts = (statement.occurrences ?? [statement]).map(date => rangeOf(date.when).from);
  const ahead = starts.filter(start => start > now);
  return ahead.length > 0 ? Math.min(...ahead) : spanOf(statement).from;
}

/**
 * Whether a person must be written to: time, place, online link or status differ. A new title, role, note or detail
 * alone mails nobody (mail case N07). Of a series only dates still to come count.
 */
export function mustBeTold(told: Statement, truth: Statement, now: Instant): boolean {
  if (told.place !== truth.place || told.onlineUrl !== truth.onlineUrl || told.status !== truth.status) return true;
  if (told.occurrences === null || truth.occurrences === null) {
    return told.occurrences !== truth.occurrences || !sameWhen(told.when, truth.when);
  }
  const ahead = (statement: Statement) => (statement.occurrences ?? []).filter(date => rangeOf(date.when).to > now);
  const said = ({ when, place }: ReturnType<typeof ahead>[number]) => [when, place];
  return !isDeepStrictEqual(ahead(told).map(said), ahead(truth).map(said));
}
