/**
 * Recurring events as Outlook keeps them: a pattern and a range, expanded day by day. Written apart from the connector,
 * which turns rules into patterns, so that each checks the other.
 */
import { z } from 'zod';

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const indexes = ['first', 'second', 'third', 'fourth', 'last'] as const;
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export const wireRecurrence = z.object({
  pattern: z.object({
    type: z.enum(['daily', 'weekly', 'absoluteMonthly', 'relativeMonthly', 'absoluteYearly', 'relativeYearly']),
    interval: z.number().int().min(1).max(999),
    month: z.number().int().min(0).max(12).default(0),
    dayOfMonth: z.number().int().min(0).max(31).default(0),
    daysOfWeek: z.array(z.enum(days)).default([]),
    firstDayOfWeek: z.enum(days).default('sunday'),
    index: z.enum(indexes).default('first'),
  }),
  range: z.object({
    type: z.enum(['endDate', 'noEnd', 'numbered']),
    startDate: date,
    endDate: date.default('0001-01-01'),
    recurrenceTimeZone: z.string().optional(),
    numberOfOccurrences: z.number().int().min(0).max(999).default(0),
  }),
});
export type WireRecurrence = z.infer<typeof wireRecurrence>;

/** What the pattern lacks or contradicts; null: nothing. */
export function patternProblem({ pattern, range }: WireRecurrence): string | null {
  const weekdays = pattern.type === 'weekly' || pattern.type.startsWith('relative');
  if (weekdays && pattern.daysOfWeek.length === 0) return 'daysOfWeek is required';
  if (pattern.type.startsWith('absolute') && pattern.dayOfMonth === 0) return 'dayOfMonth is required';
  if (pattern.type.endsWith('Yearly') && pattern.month === 0) return 'month is required';
  if (range.type === 'endDate' && range.endDate < range.startDate) return 'endDate is before startDate';
  if (range.type === 'numbered' && range.numberOfOccurrences === 0) return 'numberOfOccurrences is required';
  return null;
}

/** The dates of the series up to and including `last`, in order. */
export function recurrenceDates(recurrence: WireRecurrence, last: Temporal.PlainDate): Temporal.PlainDate[] {
  const { range } = recurrence;
  const start = Temporal.PlainDate.from(range.startDate);
  const end = range.type === 'endDate' ? Temporal.PlainDate.from(range.endDate) : last;
  const stop = Temporal.PlainDate.compare(end, last) < 0 ? end : last;
  const most = range.type === 'numbered' ? range.numberOfOccurrences : Number.POSITIVE_INFINITY;
  const found: Temporal.PlainDate[] = [];
  for (let day = start; Temporal.PlainDate.compare(day, stop) <= 0 && found.length < most; day = day.add({ days: 1 })) {
    if (isInPattern(recurrence.pattern, start, day)) found.push(day);
  }
  return found;
}

function isInPattern(pattern: WireRecurrence['pattern'], start: Temporal.PlainDate, day: Temporal.PlainDate): boolean {
  const months = (day.year - start.year) * 12 + day.month - start.month;
  const named = (one: Temporal.PlainDate) => pattern.daysOfWeek.some(name => days.indexOf(name) + 1 === one.dayOfWeek);
  switch (pattern.type) {
    case 'daily':
      return start.until(day).days % pattern.interval === 0;
    case 'weekly': {
      const first = weekStart(start, pattern.firstDayOfWeek);
      return named(day) && Math.floor(first.until(day).days / 7) % pattern.interval === 0;
    }
    case 'absoluteMonthly':
      return months % pattern.interval === 0 && isDayOfMonth(day, pattern.dayOfMonth);
    case 'relativeMonthly':
      return months % pattern.interval === 0 && isNth(day, pattern.index, named);
    case 'absoluteYearly':
      return isYear(pattern, start, day) && isDayOfMonth(day, pattern.dayOfMonth);
    case 'relativeYearly':
      return isYear(pattern, start, day) && isNth(day, pattern.index, named);
  }
}

function isYear({ interval, month }: WireRecurrence['pattern'], start: Temporal.PlainDate, day: Temporal.PlainDate) {
  return day.month === month && (day.year - start.year) % interval === 0;
}

/** The 31st means the last day of a shorter month. */
function isDayOfMonth(day: Temporal.PlainDate, dayOfMonth: number): boolean {
  return day.day === Math.min(dayOfMonth, day.daysInMonth);
}

/** Whether it is the n-th day of its month among those that are any of the named. */
function isNth(
  day: Temporal.PlainDate,
  index: (typeof indexes)[number],
  named: (day: Temporal.PlainDate) => boolean,
): boolean {
  if (!named(day)) return false;
  const all = Array.from({ length: day.daysInMonth }, (_, at) => day.with({ day: at + 1 })).filter(named);
  const wanted = index === 'last' ? all.at(-1) : all[indexes.indexOf(index)];
  return wanted?.equals(day) ?? false;
}

function weekStart(day: Temporal.PlainDate, first: (typeof days)[number]): Temporal.PlainDate {
  return day.subtract({ days: (day.dayOfWeek - (days.indexOf(first) + 1) + 7) % 7 });
}
