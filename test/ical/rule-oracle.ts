/**
 * A second expander for tests: slow, day by day, written from the table of RFC 5545 section 3.3.10 alone. It shares no
 * line with the one under test, and knows dates only as numbers of days.
 */
export type OracleRule = Readonly<{
  freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  interval: number;
  /** 0 Monday to 6 Sunday; `nth` 0: every one. */
  byDay: readonly Readonly<{ nth: number; day: number }>[];
  byMonth: readonly number[];
  byMonthDay: readonly number[];
  byYearDay: readonly number[];
  byWeekNo: readonly number[];
  bySetPos: readonly number[];
  weekStart: number;
  count: number | null;
  /** The last wall time, inclusive. */
  until: string | null;
}>;

const names = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const dayMs = 86_400_000;

export const dayOf = (text: string): number => Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / dayMs;
export const textOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** The rule as an RRULE value; `until` as it is to be written there. */
export function ruleText(rule: OracleRule, until: string | null): string {
  const list = (name: string, values: readonly (string | number)[]) => (values.length > 0 ? [`${name}=${values}`] : []);
  return [
    `FREQ=${rule.freq}`,
    ...(rule.interval > 1 ? [`INTERVAL=${rule.interval}`] : []),
    ...list('BYMONTH', rule.byMonth),
    ...list('BYWEEKNO', rule.byWeekNo),
    ...list('BYYEARDAY', rule.byYearDay),
    ...list('BYMONTHDAY', rule.byMonthDay),
    ...list(
      'BYDAY',
      rule.byDay.map(({ nth, day }) => `${nth === 0 ? '' : nth}${names[day]}`),
    ),
    ...list('BYSETPOS', rule.bySetPos),
    ...(rule.weekStart === 0 ? [] : [`WKST=${names[rule.weekStart]}`]),
    ...(rule.count === null ? [] : [`COUNT=${rule.count}`]),
    ...(until === null ? [] : [`UNTIL=${until}`]),
  ].join(';');
}

/** The dates of a rule that begins on `first` at `time`, until the day `end` (exclusive). */
export function oracleDates(rule: OracleRule, first: string, time: string, end: string): string[] {
  const [begin, stop] = [dayOf(first), dayOf(end)];
  const found = [begin];
  const isOver = () => rule.count !== null && found.length >= rule.count;
  // Half a year before: an occurrence may stand in a period that began before the first date did.
  for (const period of periods(rule, begin, stop)) {
    const fitting = period.filter(day => fits(rule, day, begin));
    const chosen =
      rule.bySetPos.length === 0
        ? fitting
        : fitting.filter((_, at) => rule.bySetPos.includes(at + 1) || rule.bySetPos.includes(at - fitting.length));
    for (const day of chosen) if (day > begin && day < stop && !isOver()) found.push(day);
  }
  return found.map(textOf).filter(day => rule.until === null || day === first || `${day}T${time}` <= rule.until);
}

function* periods(rule: OracleRule, begin: number, stop: number): Iterable<number[]> {
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
  const date = new Date(begin * dayMs);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const monthAt = (index: number) => Date.UTC(year, month + index, 1) / dayMs;
  const week = begin - ((weekday(begin) - rule.weekStart + 7) % 7);
  for (let index = 0; ; index += rule.interval) {
    let [from, to] = [0, 0];
    if (rule.freq === 'DAILY') [from, to] = [begin + index, begin + index + 1];
    if (rule.freq === 'WEEKLY') [from, to] = [week + 7 * index, week + 7 * (index + 1)];
    if (rule.freq === 'MONTHLY') [from, to] = [monthAt(index), monthAt(index + 1)];
    if (rule.freq === 'YEARLY')
      [from, to] = [Date.UTC(year + index, 0, 1) / dayMs, Date.UTC(year + index + 1, 0, 1) / dayMs];
    // The weeks of a year may begin before it and end after it.
    if (rule.freq === 'YEARLY' && rule.byWeekNo.length > 0) [from, to] = weeksOf(year + index, rule.weekStart);
    if (from >= stop) return;
    yield range(from, to).map(day => day);
  }
}

/** Monday is 0. */
function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** From the first day of week 1 to the day after the last week: week 1 has four days in the year. */
function weeksOf(year: number, weekStart: number): [number, number] {
  const firstWeek = (one: number) => {
    const fourth = Date.UTC(one, 0, 4) / dayMs;
    return fourth - ((weekday(fourth) - weekStart + 7) % 7);
  };
  return [firstWeek(year), firstWeek(year + 1)];
}

function fits(rule: OracleRule, day: number, begin: number): boolean {
  const date = new Date(day * dayMs);
  const first = new Date(begin * dayMs);
  const [year, month, monthDay] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const monthLength = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const yearFrom = Date.UTC(year, 0, 1) / dayMs;
  const yearLength = Date.UTC(year + 1, 0, 1) / dayMs - yearFrom;
  const either = (values: readonly number[], value: number, length: number) =>
    values.length === 0 || values.includes(value) || values.includes(value - length - 1);
  if (rule.byMonth.length > 0 && !rule.byMonth.includes(month + 1)) return false;
  if (!either(rule.byMonthDay, monthDay, monthLength)) return false;
  if (!either(rule.byYearDay, day - yearFrom + 1, yearLength)) return false;
  if (rule.byWeekNo.length > 0) {
    const home = [year - 1, year, year + 1].find(one => {
      const [from, to] = weeksOf(one, rule.weekStart);
      return day >= from && day < to;
    });
    const [from, to] = weeksOf(home ?? year, rule.weekStart);
    if (!either(rule.byWeekNo, Math.floor((day - from) / 7) + 1, (to - from) / 7)) return false;
  }
  if (rule.byDay.length > 0)
    return rule.byDay.some(one => fitsDay(rule, one, day, { monthDay, monthLength, yearFrom, yearLength }));
  const isBare = rule.byMonthDay.length + rule.byYearDay.length === 0;
  if (rule.freq === 'WEEKLY' || (rule.byWeekNo.length > 0 && isBare)) return weekday(day) === weekday(begin);
  if (rule.freq === 'MONTHLY' && isBare) return monthDay === first.getUTCDate();
  if (rule.freq === 'YEARLY' && isBare) {
    return monthDay === first.getUTCDate() && (rule.byMonth.length > 0 || month === first.getUTCMonth());
  }
  return true;
}

type Place = Readonly<{ monthDay: number; monthLength: number; yearFrom: number; yearLength: number }>;

function fitsDay(rule: OracleRule, one: Readonly<{ nth: number; day: number }>, day: number, place: Place): boolean {
  if (weekday(day) !== one.day) return false;
  if (one.nth === 0) return true;
  const inYear = rule.freq === 'YEARLY' && rule.byMonth.length === 0;
  const at = inYear ? day - place.yearFrom : place.monthDay - 1;
  const length = inYear ? place.yearLength : place.monthLength;
  return one.nth > 0 ? Math.floor(at / 7) + 1 === one.nth : Math.floor((length - 1 - at) / 7) + 1 === -one.nth;
}
