/** Recurrence rules as text: what we accept, and their UNTIL in the one form we keep. Pure. RFC 5545 section 3.3.10. */
import { RRuleTemporal } from 'rrule-temporal';
import { instantOf, isLocalDate, isLocalDateTime, localAt, type When } from '../model/when.ts';
import { IcalError } from './ical-error.ts';

const frequencies = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const maxRuleLength = 500;
/** Times of day that one rule may name; more is no calendar but an attack on the expander. */
const maxTimesOfDay = 24;
const whole = (lowest: number, highest: number) => (text: string) =>
  /^\d{1,5}$/.test(text) && Number(text) >= lowest && Number(text) <= highest;
const signed = (highest: number) => (text: string) => /^[+-]?\d+$/.test(text) && inside(Number(text), highest);
const inside = (value: number, highest: number) => value !== 0 && Math.abs(value) <= highest;

type Part = Readonly<{ one: (text: string) => boolean; list: boolean; allowed: string }>;
const parts: Readonly<Record<string, Part>> = {
  FREQ: { one: text => frequencies.includes(text), list: false, allowed: frequencies.join(', ') },
  INTERVAL: { one: whole(1, 1000), list: false, allowed: '1 to 1000' },
  COUNT: { one: whole(1, 3000), list: false, allowed: '1 to 3000' },
  UNTIL: { one: text => untilOf(text) !== null, list: false, allowed: 'a date or a date and time in UTC' },
  WKST: { one: text => /^(MO|TU|WE|TH|FR|SA|SU)$/.test(text), list: false, allowed: 'MO to SU' },
  BYDAY: {
    // A 53rd weekday, which few years have, is expanded wrongly by the library.
    one: text => /^([+-]?([1-9]|[1-4]\d|5[0-2]))?(MO|TU|WE|TH|FR|SA|SU)$/.test(text),
    list: true,
    allowed: 'days such as MO or -1FR',
  },
  BYMONTH: { one: whole(1, 12), list: true, allowed: '1 to 12' },
  BYMONTHDAY: { one: signed(31), list: true, allowed: '1 to 31 or -1 to -31' },
  BYYEARDAY: { one: signed(366), list: true, allowed: '1 to 366 or -1 to -366' },
  BYWEEKNO: { one: signed(53), list: true, allowed: '1 to 53 or -1 to -53' },
  BYSETPOS: { one: signed(366), list: true, allowed: '1 to 366 or -1 to -366' },
  BYHOUR: { one: whole(0, 23), list: true, allowed: '0 to 23' },
  BYMINUTE: { one: whole(0, 59), list: true, allowed: '0 to 59' },
  BYSECOND: { one: whole(0, 59), list: true, allowed: '0 to 59' },
};

type Rule = ReadonlyMap<string, string>;

/** What is wrong with an RRULE value and what is allowed, in one line; null: nothing. */
export function checkRule(rrule: string): string | null {
  if (rrule.length > maxRuleLength) return `the rule is longer than ${maxRuleLength} characters`;
  const rule = partsOf(rrule);
  if (rule === null) return 'the rule is not of the form NAME=VALUE;NAME=VALUE with each name once';
  for (const [name, value] of rule) {
    const part = parts[name];
    if (!part) return `the rule has a part that is not supported; allowed are ${Object.keys(parts).join(', ')}`;
    const values = part.list ? value.split(',') : [value];
    if (!values.every(part.one)) return `${name} must be ${part.allowed}`;
  }
  if (!rule.has('FREQ')) return `the rule has no FREQ; allowed are ${frequencies.join(', ')}`;
  return checkTogether(rule) ?? (neverHappens(rule) ? 'the rule never happens' : null);
}

function checkTogether(rule: Rule): string | null {
  const length = (name: string) => rule.get(name)?.split(',').length ?? 1;
  if (rule.has('COUNT') && rule.has('UNTIL')) return 'the rule has both COUNT and UNTIL; allowed is one of them';
  if (length('BYHOUR') * length('BYMINUTE') * length('BYSECOND') > maxTimesOfDay) {
    return `the rule names more than ${maxTimesOfDay} times of day`;
  }
  const ordinal = /\d/.test(rule.get('BYDAY') ?? '');
  if (ordinal && /DAILY|WEEKLY/.test(rule.get('FREQ') ?? '')) return 'BYDAY may be numbered in MONTHLY and YEARLY only';
  return null;
}

const trialStart = Temporal.PlainDateTime.from('2024-01-01T09:00:00');

/** Found by trying: no day fits, or finding one takes more work than a calendar is worth. */
function neverHappens(rule: Rule): boolean {
  const text = [...rule].filter(([name]) => name !== 'UNTIL' && name !== 'INTERVAL').map(pair => pair.join('='));
  try {
    return ruleFrom(text.join(';'), trialStart, false, 2_000).next(new Date(0)) === null;
  } catch {
    return true;
  }
}

/** The rule over wall times, as if they were UTC; bounded in every direction. The rule must have passed `checkRule`. */
export function ruleFrom(rrule: string, start: Temporal.PlainDateTime, includeStart: boolean, maxIterations = 10_000) {
  return new RRuleTemporal({
    rruleString: `RRULE:${rrule}`,
    dtstart: start.toZonedDateTime('UTC'),
    tzid: 'UTC',
    includeDtstart: includeStart,
    maxIterations,
    maxCandidateEvaluations: 50_000,
    cache: false,
  });
}

/**
 * The rule in the form we keep: upper case, UNTIL as UTC date-time for timed events and as DATE for whole days. A day
 * as UNTIL of a timed event includes that day; a UNTIL without zone is read in the event's own.
 * Throws IcalError `bad-rule`.
 */
export function normaliseRule(rrule: string, when: When): string {
  const text = rrule
    .trim()
    .replace(/^RRULE:/i, '')
    .replace(/;$/, '')
    .toUpperCase();
  const problem = checkRule(text);
  if (problem !== null) throw new IcalError('bad-rule', problem);
  return replaceUntil(text, until => formatUntil(until, when));
}

/** The rule with UNTIL as the wall time of the event, written as UTC: what `ruleFrom` expects. */
export function wallTimeRule(rrule: string, when: When): string {
  return replaceUntil(rrule, until => {
    if (when.kind === 'all-day') return `${formatUntil(until, when)}T000000Z`;
    return `${compact(localAt(untilInstant(until, when), when.zone))}Z`;
  });
}

function replaceUntil(rrule: string, form: (until: Until) => string): string {
  return rrule.replace(/(^|;)UNTIL=([^;]*)/, (_, before: string, value: string) => {
    const until = untilOf(value);
    if (until === null) throw new IcalError('bad-rule', `UNTIL must be ${parts.UNTIL?.allowed}`);
    return `${before}UNTIL=${form(until)}`;
  });
}

function partsOf(rrule: string): Rule | null {
  const pairs = rrule.split(';').map(part => /^([A-Z-]+)=(.+)$/.exec(part)?.slice(1));
  const rule = new Map(pairs.map(pair => [pair?.[0] ?? '', pair?.[1] ?? '']));
  return rule.has('') || rule.size !== pairs.length ? null : rule;
}

type Until = Readonly<{ date: string; time: string | null; utc: boolean }>;

function untilOf(text: string): Until | null {
  const found = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)(Z?))?$/.exec(text);
  if (!found) return null;
  const [, year, month, day, hour, minute, second, zulu] = found;
  const date = `${year}-${month}-${day}`;
  const time = hour === undefined ? null : `${hour}:${minute}:${second}`;
  if (!isLocalDate(date) || (time !== null && !isLocalDateTime(`${date}T${time}`))) return null;
  return { date, time, utc: zulu === 'Z' };
}

function formatUntil(until: Until, when: When): string {
  if (when.kind === 'timed') return `${compact(new Date(untilInstant(until, when)).toISOString().slice(0, 19))}Z`;
  // Midnight UTC is how most programs write the last day; any other instant is that day in the event's zone.
  const literal = !until.utc || until.time === '00:00:00';
  return compact(literal ? until.date : localAt(untilInstant(until, when), when.zone).slice(0, 10));
}

function untilInstant({ date, time, utc }: Until, when: When): number {
  const local = `${date}T${time ?? '23:59:59'}`;
  if (utc) return Date.parse(`${local}Z`);
  if (!isLocalDateTime(local)) throw new IcalError('bad-rule', 'UNTIL is no date');
  return instantOf(local, when.zone);
}

function compact(text: string): string {
  return text.replaceAll(/[-:]/g, '');
}
