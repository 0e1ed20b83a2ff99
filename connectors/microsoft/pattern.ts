/**
 * Rules of RFC 5545 as Outlook's pattern and range, and back. Only what means the very same dates is turned into a
 * pattern; where it cannot, into a wider one with the dates that are too many named: reference/microsoft-graph-calendar.md section 7. Pure.
 */
import { occurrences } from '../../src/ical/expand.ts';
import { IcalError } from '../../src/ical/ical-error.ts';
import { normaliseRule } from '../../src/ical/rule.ts';
import { brandId } from '../../src/model/ids.ts';
import { dateOf } from '../../src/model/occurrence.ts';
import { instantOf, type LocalDate, type LocalDateTime, localAt, rangeOf, type When } from '../../src/model/when.ts';
import type { Pattern, Recurrence, RecurrenceRange } from './wire.ts';

const dayNames = {
  MO: 'monday',
  TU: 'tuesday',
  WE: 'wednesday',
  TH: 'thursday',
  FR: 'friday',
  SA: 'saturday',
  SU: 'sunday',
} as const;
type Code = keyof typeof dayNames;
const codes: readonly Code[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const indexes = { '1': 'first', '2': 'second', '3': 'third', '4': 'fourth', '-1': 'last' } as const;
const mostOccurrences = 999;

type Rule = ReadonlyMap<string, string>;

/** null: Outlook has no pattern with exactly these dates. `rrule` is in the normal form. */
export function recurrenceOf(rrule: string, when: When, zone: string): Recurrence | null {
  const rule: Rule = new Map(rrule.split(';').map(part => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']));
  const start = Temporal.PlainDate.from(when.start.slice(0, 10));
  const pattern = patternOf(rule, start);
  const range = pattern && rangeOfRule(rule, when, zone);
  return pattern && range && isFirst(pattern, start) ? { pattern, range } : null;
}

/** A series as Outlook can hold it: a pattern, and those of its dates that are none of the rule's. */
export type Fitted = Readonly<{ recurrence: Recurrence; extra: readonly LocalDate[] }>;

/** More dates than this are not taken out of a pattern one by one. */
const mostExtra = 100;

/**
 * The pattern of a rule, or for a rule that has none but ends, the weekly or daily one with the fewest dates too many.
 * null: neither is to be had.
 */
export function fittedTo(rrule: string, when: When, zone: string): Fitted | null {
  const recurrence = recurrenceOf(rrule, when, zone);
  if (recurrence !== null) return { recurrence, extra: [] };
  if (!/(?:^|;)(?:COUNT|UNTIL)=/.test(rrule)) return null;
  const dates = datesOf(rrule, when);
  const last = dates?.at(-1);
  if (!dates || last === undefined) return null;
  const days = [...new Set(dates.map(date => codes[Temporal.PlainDate.from(date).dayOfWeek - 1] ?? 'MO'))];
  const until = `UNTIL=${last.replaceAll('-', '')}`;
  const wider = [`FREQ=WEEKLY;BYDAY=${days.join(',')};${until}`, `FREQ=MONTHLY;BYMONTHDAY=-1;${until}`];
  const fits = wider.flatMap(text => {
    const rule = normaliseRule(text, when);
    const found = recurrenceOf(rule, when, zone);
    const all = found && datesOf(rule, when);
    if (!all || !dates.every(date => all.includes(date))) return [];
    const extra = all.filter(date => !dates.includes(date));
    return extra.length > mostExtra ? [] : [{ recurrence: found, extra }];
  });
  return fits.sort((a, b) => a.extra.length - b.extra.length)[0] ?? null;
}

/** The dates of a rule that ends; null: they are too many, or too much work. */
function datesOf(rrule: string, when: When): readonly LocalDate[] | null {
  const { from } = rangeOf(when);
  const range = { from, to: from + 5 * 366 * 86_400_000 };
  const series = { rrule, exdates: [], overrides: [] };
  try {
    const { starts, complete } = occurrences(when, series, range, mostOccurrences);
    return complete ? starts.map(({ occurrence }) => dateOf(occurrence)) : null;
  } catch (error) {
    if (error instanceof IcalError) return null;
    throw error;
  }
}

/** The rule of a pattern, in the normal form. Throws IcalError for one that is out of bounds. */
export function ruleOf({ pattern, range }: Recurrence, when: When): string {
  const parts = [...rulePartsOf(pattern)];
  if (range.type === 'numbered') parts.push(`COUNT=${range.numberOfOccurrences ?? 1}`);
  if (range.type === 'endDate') parts.push(`UNTIL=${(range.endDate ?? range.startDate).replaceAll('-', '')}`);
  return normaliseRule(parts.join(';'), when);
}

/** Whether two say the same, whatever irrelevant fields they carry. */
export function sameRecurrence(a: Recurrence, b: Recurrence): boolean {
  const told = ({ pattern, range }: Recurrence) => {
    const end = range.type === 'numbered' ? range.numberOfOccurrences : range.type === 'endDate' ? range.endDate : '';
    return JSON.stringify([rulePartsOf(pattern), range.type, end]);
  };
  return told(a) === told(b);
}

function patternOf(rule: Rule, start: Temporal.PlainDate): Pattern | null {
  const interval = Number(rule.get('INTERVAL') ?? 1);
  if ([...rule.keys()].some(name => !knownParts.has(name)) || interval > 999) return null;
  const freq = rule.get('FREQ');
  if (rule.has('BYMONTH') && freq !== 'YEARLY') return null;
  if (freq === 'DAILY') return daily(rule, interval);
  if (freq === 'WEEKLY') return rule.has('BYSETPOS') || rule.has('BYMONTHDAY') ? null : weekly(rule, interval, start);
  const month = Number(rule.get('BYMONTH') ?? start.month);
  if (!Number.isInteger(month)) return null;
  const yearly = freq === 'YEARLY';
  // Without a month BYMONTHDAY names a day of every month, and BYDAY counts the weeks of the whole year.
  if (yearly && !rule.has('BYMONTH') && (rule.has('BYDAY') || rule.has('BYMONTHDAY'))) return null;
  const found = rule.has('BYDAY') ? relative(rule) : absolute(rule, start, yearly ? month : null);
  if (found === null) return null;
  const type = `${found.kind}${yearly ? 'Yearly' : 'Monthly'}` as const;
  return { type, interval, ...found.fields, ...(yearly ? { month } : {}) };
}

const knownParts: ReadonlySet<string> = new Set([
  'FREQ',
  'INTERVAL',
  'COUNT',
  'UNTIL',
  'WKST',
  'BYDAY',
  'BYMONTH',
  'BYMONTHDAY',
  'BYSETPOS',
]);

/** Every day, or every day that is one of some weekdays, which is weekly. */
function daily(rule: Rule, interval: number): Pattern | null {
  if (rule.has('BYSETPOS') || rule.has('BYMONTHDAY')) return null;
  const days = rule.get('BYDAY');
  if (days === undefined) return { type: 'daily', interval };
  return interval === 1 ? { type: 'weekly', interval, daysOfWeek: daysOf(days), firstDayOfWeek: 'monday' } : null;
}

function weekly(rule: Rule, interval: number, start: Temporal.PlainDate): Pattern {
  const own = codes[start.dayOfWeek - 1] ?? 'MO';
  const first = dayNames[codeOf(rule.get('WKST') ?? '') ?? 'MO'];
  return { type: 'weekly', interval, daysOfWeek: daysOf(rule.get('BYDAY') ?? own), firstDayOfWeek: first };
}

type Found = Readonly<{ kind: 'absolute' | 'relative'; fields: Omit<Pattern, 'type' | 'interval'> }>;

/** `2TU`, or one of several days with one BYSETPOS. */
function relative(rule: Rule): Found | null {
  const days = (rule.get('BYDAY') ?? '').split(',');
  const [, own = '', only = ''] = /^([+-]?\d*)([A-Z]{2})$/.exec(days[0] ?? '') ?? [];
  const position =
    days.length === 1 && own !== '' ? own.replace('+', '') : (rule.get('BYSETPOS') ?? '').replace('+', '');
  if (rule.has('BYMONTHDAY') || !isIndex(position)) return null;
  if (own !== '' && (days.length > 1 || rule.has('BYSETPOS'))) return null;
  if (days.slice(1).some(day => /\d/.test(day))) return null;
  const daysOfWeek = own === '' ? daysOf(days.join(',')) : daysOf(only);
  return { kind: 'relative', fields: { daysOfWeek, index: indexes[position] } };
}

/** Outlook takes the 31st for the last day of a shorter month; RFC 5545 leaves such a month out. */
function absolute(rule: Rule, start: Temporal.PlainDate, month: number | null): Found | null {
  if (rule.has('BYSETPOS')) return null;
  const day = Number(rule.get('BYMONTHDAY') ?? start.day);
  if (day === -1) return { kind: 'absolute', fields: { dayOfMonth: 31 } };
  const shortest =
    month === null || month === 2 ? 28 : Temporal.PlainDate.from({ year: 2027, month, day: 1 }).daysInMonth;
  return day >= 1 && day <= shortest ? { kind: 'absolute', fields: { dayOfMonth: day } } : null;
}

function rangeOfRule(rule: Rule, when: When, recurrenceTimeZone: string): RecurrenceRange | null {
  const common = { startDate: when.start.slice(0, 10), recurrenceTimeZone };
  const count = rule.get('COUNT');
  if (count !== undefined) {
    const numberOfOccurrences = Number(count);
    return numberOfOccurrences <= mostOccurrences ? { ...common, type: 'numbered', numberOfOccurrences } : null;
  }
  const until = rule.get('UNTIL');
  if (until === undefined) return { ...common, type: 'noEnd' };
  const endDate = lastDate(until, when);
  return endDate < common.startDate ? null : { ...common, type: 'endDate', endDate };
}

/** The last date on which an occurrence may start. */
function lastDate(until: string, when: When): string {
  const date = until.replace(/^(\d{4})(\d\d)(\d\d).*$/, '$1-$2-$3');
  if (when.kind === 'all-day') return date;
  const time = until.replace(/^.*T(\d\d)(\d\d)(\d\d)Z$/, '$1:$2:$3');
  const local = localAt(Date.parse(`${date}T${time}Z`), when.zone);
  const day = local.slice(0, 10);
  const thatDay = brandId<LocalDateTime>(`${day}T${when.start.slice(11)}`);
  const fits = instantOf(thatDay, when.zone) <= instantOf(local, when.zone);
  return fits ? day : Temporal.PlainDate.from(day).subtract({ days: 1 }).toString();
}

/** A start that the rule leaves out is an occurrence in RFC 5545 and none in Outlook. */
function isFirst(pattern: Pattern, start: Temporal.PlainDate): boolean {
  const named = (day: Temporal.PlainDate) =>
    (pattern.daysOfWeek ?? []).includes(dayNames[codes[day.dayOfWeek - 1] ?? 'MO']);
  if (pattern.type.endsWith('Yearly') && start.month !== pattern.month) return false;
  if (pattern.type === 'weekly') return named(start);
  if (pattern.type.startsWith('absolute')) return start.day === Math.min(pattern.dayOfMonth ?? 0, start.daysInMonth);
  if (!pattern.type.startsWith('relative')) return true;
  const all = Array.from({ length: start.daysInMonth }, (_, at) => start.with({ day: at + 1 })).filter(named);
  const at = Object.values(indexes).indexOf(pattern.index ?? 'first');
  return (pattern.index === 'last' ? all.at(-1) : all[at])?.equals(start) ?? false;
}

function rulePartsOf(pattern: Pattern): readonly string[] {
  const interval = pattern.interval === 1 ? [] : [`INTERVAL=${pattern.interval}`];
  const days = codes.filter(code => (pattern.daysOfWeek ?? []).includes(dayNames[code]));
  const byDay = `BYDAY=${days.join(',')}`;
  const month = `BYMONTH=${pattern.month ?? 1}`;
  const first = codes.find(code => dayNames[code] === (pattern.firstDayOfWeek ?? 'sunday')) ?? 'SU';
  switch (pattern.type) {
    case 'daily':
      return ['FREQ=DAILY', ...interval];
    case 'weekly':
      // With one week between weeks it makes no difference when they start.
      return [
        'FREQ=WEEKLY',
        ...interval,
        byDay,
        ...(first === 'MO' || pattern.interval === 1 ? [] : [`WKST=${first}`]),
      ];
    case 'absoluteMonthly':
      return ['FREQ=MONTHLY', ...interval, ...monthDays(pattern, null)];
    case 'absoluteYearly':
      return ['FREQ=YEARLY', ...interval, month, ...monthDays(pattern, pattern.month ?? 1)];
    case 'relativeMonthly':
      return ['FREQ=MONTHLY', ...interval, byDay, `BYSETPOS=${positionOf(pattern)}`];
    case 'relativeYearly':
      return ['FREQ=YEARLY', ...interval, month, byDay, `BYSETPOS=${positionOf(pattern)}`];
  }
}

function monthDays({ dayOfMonth: day = 1 }: Pattern, month: number | null): readonly string[] {
  if (day <= shortestMonth(month)) return [`BYMONTHDAY=${day}`];
  if (day >= 31) return ['BYMONTHDAY=-1'];
  const days = [28, 29, 30].filter(each => each <= day);
  return [`BYMONTHDAY=${days.join(',')}`, 'BYSETPOS=-1'];
}

/** Days that this month has every year; null: that all months have. */
function shortestMonth(month: number | null): number {
  if (month === null || month === 2) return 28;
  return Temporal.PlainDate.from({ year: 2027, month, day: 1 }).daysInMonth;
}

function positionOf({ index }: Pattern): string {
  return Object.entries(indexes).find(([, name]) => name === (index ?? 'first'))?.[0] ?? '1';
}

function daysOf(list: string): (typeof dayNames)[Code][] {
  const named = list.split(',');
  return codes.filter(code => named.includes(code)).map(code => dayNames[code]);
}

function codeOf(text: string): Code | undefined {
  return codes.find(code => code === text);
}

function isIndex(text: string): text is keyof typeof indexes {
  return text in indexes;
}
