/** What an answer is worth today: whether it answers the time and place that stand. Pure. */
import type { EventContent, EventVersion, ScheduledEvent } from '../model/event.ts';
import type { Instant } from '../model/ids.ts';
import { occurrenceWhen } from '../model/occurrence.ts';
import type { Reply } from '../model/reply.ts';
import type { OccurrenceStart } from '../model/series.ts';
import { rangeOf, sameWhen, type When } from '../model/when.ts';

/** `earlier`: they answered a version with another time or place ("accepted v(n-1)"), which is no answer to this one. */
export type Standing = 'current' | 'earlier';

/**
 * A new version that changes time or place turns an answer into one to an earlier version, and so does a cancellation;
 * titles, notes and further guests do not. reference/production-domain.md section 3, "Reply state".
 * @param history every version of the event, in any order
 */
export function standing(
  { version, occurrence }: Pick<Reply, 'version' | 'occurrence'>,
  event: ScheduledEvent,
  history: readonly EventVersion[],
): Standing {
  const now = event.published ?? event;
  if (version >= now.version) return 'current';
  const then = history.find(line => line.version === version)?.content;
  const since = history.filter(line => line.version > version && line.version <= now.version);
  if (!then || since.some(({ content }) => content.status === 'cancelled')) return 'earlier';
  return sameMeeting(then, now.content, occurrence) ? 'current' : 'earlier';
}

function sameMeeting(then: EventContent, now: EventContent, occurrence: OccurrenceStart | null): boolean {
  if (!sameWhen(then.when, now.when)) return false;
  if (occurrence !== null) return sameDate(then, now, occurrence);
  // A date that was left out since asks nobody anything; one that was moved does.
  const isKept = (date: OccurrenceStart) => dateOf(now, date) === null || sameDate(then, now, date);
  const changed = [...then.overrides, ...now.overrides].map(override => override.occurrence);
  return then.venue === now.venue && then.rrule === now.rrule && changed.every(isKept);
}

function sameDate(then: EventContent, now: EventContent, date: OccurrenceStart): boolean {
  const [before, after] = [dateOf(then, date), dateOf(now, date)];
  return before !== null && after !== null && sameWhen(before.when, after.when) && before.venue === after.venue;
}

type Dated = Readonly<{ when: When; venue: EventContent['venue'] }>;

/** When and where one date of a series is; null: it is off. */
export function dateOf(content: EventContent, date: OccurrenceStart): Dated | null {
  const own = content.overrides.find(override => override.occurrence === date);
  if (own?.status === 'cancelled' || content.except.includes(date)) return null;
  return { when: own?.when ?? occurrenceWhen(date, content.when), venue: own?.venue ?? content.venue };
}

/** The answer that holds of each person, and of each date that they answered by itself; `replies` as received. */
export function newestOf(replies: readonly Reply[]): readonly Reply[] {
  return [...new Map(replies.map(reply => [JSON.stringify([reply.person, reply.occurrence]), reply])).values()];
}

/**
 * Which version an answer in a calendar is about: the newest that its owner had been told of, that was there when they
 * answered, and that says the time which the calendar shows.
 * @param told the version they were last told
 * @param at when they answered; null: unknown
 */
export function versionAnswered(
  history: readonly EventVersion[],
  told: number,
  shown: When,
  at: Instant | null,
): number {
  const known = history.filter(line => line.version <= told && (at === null || line.at <= at));
  const fitting = known.filter(({ content }) => sameTime(content.when, shown));
  return Math.max(...(fitting.length > 0 ? fitting : known).map(({ version }) => version), 0) || told;
}

/** A calendar may show it in another zone. */
function sameTime(a: When, b: When): boolean {
  if (a.kind === 'all-day' || b.kind === 'all-day') return sameWhen(a, b);
  const [one, other] = [rangeOf(a), rangeOf(b)];
  return one.from === other.from && one.to === other.to;
}
