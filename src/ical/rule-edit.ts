/** Edits of a rule that keep its dates: carried to another time or day, or cut in two. Pure. RFC 5545 section 3.3.10. */
import { dateOf } from '../model/occurrence.ts';
import type { OccurrenceStart } from '../model/series.ts';
import { addDays, isLocalDate, type LocalDate, type When } from '../model/when.ts';
import { countBefore, happens } from './expand.ts';
import { checkRule, normaliseRule, wallTimeRule } from './rule.ts';

const untilPart = /(^|;)UNTIL=[^;]*/;
const endPart = /(^|;)(?:UNTIL|COUNT)=[^;]*/;
const timesOfDay = /(^|;)BY(?:HOUR|MINUTE|SECOND)=/;

/** Where a rule ends, in the event's own wall time; null: it does not name its end, or counts. */
function endOf(rrule: string, when: When): Readonly<{ date: LocalDate; time: string }> | null {
  const [, year, month, day, hour, minute, second] =
    /(?:^|;)UNTIL=(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(wallTimeRule(rrule, when)) ?? [];
  const date = `${year}-${month}-${day}`;
  return isLocalDate(date) ? { date, time: `${hour}:${minute}:${second}` } : null;
}

/** The rule with this end, a day or a wall time; it stands where the old end stood. */
function endingAt(rrule: string, end: string, when: When): string {
  const until = `UNTIL=${end.replaceAll(/[-:]/g, '')}`;
  const bounded = endPart.test(rrule) ? rrule.replace(endPart, `$1${until}`) : `${rrule};${until}`;
  return normaliseRule(bounded, when);
}

/**
 * The rule of a series that moved to another time of day, zone or to whole days. UNTIL is an instant: left as it is, a
 * later start would lose the last date, an earlier one gain one. A rule that cannot be followed stays as it is.
 */
export function keepLastDay(rrule: string, before: When, after: When): string {
  if (timesOfDay.test(rrule) || sameTimeOfDay(before, after) || checkRule(rrule) !== null) return rrule;
  const end = endOf(rrule, before);
  return end === null ? rrule : endingAt(rrule, lastDayOf(end, before), after);
}

/** The last day on which the event may begin. */
function lastDayOf(end: Readonly<{ date: LocalDate; time: string }>, when: When): LocalDate {
  return when.kind === 'all-day' || end.time >= when.start.slice(11) ? end.date : addDays(end.date, -1);
}

function sameTimeOfDay(a: When, b: When): boolean {
  return a.kind === b.kind && (a.kind === 'all-day' || (a.zone === b.zone && a.start.slice(10) === b.start.slice(10)));
}

/** Whether two rules differ at most in the time of the day on which they end. */
export function sameButUntilTime(a: string, b: string, when: When): boolean {
  if (a === b) return true;
  const bare = (rrule: string) => rrule.replace(untilPart, '$1');
  const [first, second] = [endOf(a, when), endOf(b, when)];
  return bare(a) === bare(b) && first !== null && first.date === second?.date;
}

/** The rule of the dates before one of its dates, and of those from it on. */
export type RuleHalves = Readonly<{ before: string; from: string }>;

/**
 * Cuts a rule in two. null: `at` is none of its dates. The second half is read from `at` as its first date on.
 * Throws IcalError `bad-rule`.
 */
export function splitRule(rrule: string, when: When, at: OccurrenceStart): RuleHalves | null {
  if (!happens(at, rrule, when)) return null;
  const count = /(?:^|;)COUNT=(\d+)/.exec(rrule)?.[1];
  const from =
    count === undefined
      ? rrule
      : rrule.replace(/(^|;)COUNT=\d+/, `$1COUNT=${Number(count) - countBefore(at, rrule, when)}`);
  return { before: endingAt(rrule, lastBefore(rrule, at), when), from };
}

/** The end of the day before, or where a day has several times the second before. */
function lastBefore(rrule: string, at: OccurrenceStart): string {
  if (!timesOfDay.test(rrule)) return addDays(dateOf(at), -1);
  return Temporal.PlainDateTime.from(at).subtract({ seconds: 1 }).toString({ smallestUnit: 'second' });
}

const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/**
 * The rule of the same dates so many days later (negative: earlier), and at another time of day. null: the rule names
 * days of months or years, and nobody but its author can say what it means on other days. Throws IcalError `bad-rule`.
 */
export function moveRule(rrule: string, before: When, after: When, days: number): string | null {
  const end = endOf(rrule, before);
  const shifted = days === 0 ? rrule : shiftedDays(rrule, days);
  if (shifted === null || end === null || timesOfDay.test(rrule)) return shifted;
  if (days === 0 && sameTimeOfDay(before, after)) return shifted;
  return endingAt(shifted, addDays(lastDayOf(end, before), days), after);
}

function shiftedDays(rrule: string, days: number): string | null {
  if (/(^|;)BY(?:MONTH|MONTHDAY|YEARDAY|WEEKNO|SETPOS)=/.test(rrule)) return null;
  const byDay = /(?:^|;)BYDAY=([^;]*)/.exec(rrule)?.[1];
  if (byDay === undefined && !rrule.includes('FREQ=WEEKLY')) return rrule;
  if (byDay !== undefined && !/FREQ=(?:WEEKLY|DAILY)/.test(rrule)) return null;
  const turn = (day: string) => weekdays.at((((weekdays.indexOf(day) + days) % 7) + 7) % 7) ?? day;
  const turned = rrule.replace(
    /(^|;)BYDAY=([^;]*)/,
    (_, head: string, list: string) => `${head}BYDAY=${list.split(',').map(turn)}`,
  );
  if (!rrule.includes('INTERVAL=')) return turned;
  // The week begins on another day as well, or every second week would be another one for some of the days.
  const start = /(?:^|;)WKST=(..)/.exec(rrule)?.[1] ?? 'MO';
  return `${turned.replace(/(^|;)WKST=../, '').replace(/^;/, '')};WKST=${turn(start)}`;
}
