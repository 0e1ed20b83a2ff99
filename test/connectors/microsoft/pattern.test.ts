import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recurrenceOf, ruleOf, sameRecurrence } from '../../../connectors/microsoft/pattern.ts';
import { patternProblem, recurrenceDates, wireRecurrence } from '../../../connectors/sandbox/microsoft-recurrence.ts';
import { occurrences } from '../../../src/ical/expand.ts';
import { IcalError } from '../../../src/ical/ical-error.ts';
import { normaliseRule } from '../../../src/ical/rule.ts';
import { addDays, type LocalDate, type Timed, type When } from '../../../src/model/when.ts';
import { timed } from '../../contract/faces.ts';

const until = Temporal.PlainDate.from('2028-09-01');
const range = { from: Date.parse('2027-01-01T00:00:00Z'), to: Date.parse('2028-09-01T00:00:00Z') };

const datesOfRule = (rrule: string, when: When) =>
  occurrences(when, { rrule, exdates: [], overrides: [] }, range, 2000).starts.map(one => one.occurrence.slice(0, 10));

/** As the mailbox would expand it. */
function datesOfPattern(rrule: string, when: When): string[] | null {
  const recurrence = recurrenceOf(normaliseRule(rrule, when), when, 'GMT Standard Time');
  if (recurrence === null) return null;
  const wire = wireRecurrence.parse(recurrence);
  expect(patternProblem(wire)).toBeNull();
  return recurrenceDates(wire, until.subtract({ days: 1 })).map(String);
}

const weekday = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU');
const weekdays = fc.uniqueArray(weekday, { minLength: 1, maxLength: 4 }).map(list => `BYDAY=${list.join(',')}`);
const position = fc.constantFrom('1', '2', '3', '4', '-1', '5', '-2');
const nth = fc.oneof(
  fc.tuple(position, weekday).map(([at, day]) => `BYDAY=${at}${day}`),
  fc.tuple(weekdays, position).map(([list, at]) => `${list};BYSETPOS=${at}`),
  fc.integer({ min: -2, max: 31 }).map(day => `BYMONTHDAY=${day || 1}`),
  fc.constantFrom('', 'BYMONTHDAY=1,15', 'BYDAY=MO'),
);
const month = fc.integer({ min: 1, max: 12 }).map(number => `BYMONTH=${number}`);
const interval = fc.constantFrom('', '', 'INTERVAL=2', 'INTERVAL=3');
const end = fc.oneof(
  fc.constantFrom('', 'UNTIL=20280315T090000Z', 'UNTIL=20280315T085959Z', 'UNTIL=20270628T075959Z'),
  fc.integer({ min: 1, max: 40 }).map(count => `COUNT=${count}`),
  fc
    .integer({ min: 300, max: 700 })
    .map(more => `UNTIL=${addDays('2027-03-01' as LocalDate, more).replaceAll('-', '')}`),
);
const weekStart = fc.constantFrom('', 'WKST=SU', 'WKST=WE');
const rules = fc
  .oneof(
    fc.tuple(fc.constant('FREQ=DAILY'), fc.oneof(interval, weekdays), end),
    fc.tuple(fc.constant('FREQ=WEEKLY'), interval, fc.option(weekdays, { nil: '' }), weekStart, end),
    fc.tuple(fc.constant('FREQ=MONTHLY'), interval, nth, end),
    fc.tuple(fc.constant('FREQ=YEARLY'), fc.constantFrom('', 'INTERVAL=2'), fc.option(month, { nil: '' }), nth),
  )
  .map(parts => parts.filter(Boolean).join(';'));
const days = fc.integer({ min: 0, max: 300 }).map(more => addDays('2027-01-01' as LocalDate, more));

/** The first date that is the rule's own on or after a day; null: the rule cannot be used. */
function startOf(rrule: string, day: LocalDate): Timed | null {
  const on = (date: string) => timed(`${date}T09:00:00`, `${date}T10:00:00`);
  try {
    const endless = normaliseRule(rrule.replace(/;(?:COUNT|UNTIL)=[^;]*/, ''), on(day));
    const start = datesOfRule(endless, on(day))[1];
    const when = start === undefined ? null : on(start);
    if (when) datesOfRule(normaliseRule(rrule, when), when);
    return when;
  } catch (error) {
    if (error instanceof IcalError) return null;
    throw error;
  }
}

describe('a rule that becomes a pattern', () => {
  it('means the same dates by an expansion of its own', () => {
    let exact = 0;
    fc.assert(
      fc.property(rules, days, (rrule, day) => {
        const when = startOf(rrule, day);
        const dates = when && datesOfPattern(rrule, when);
        if (!dates || !when) return;
        exact += 1;
        expect(dates).toEqual(datesOfRule(normaliseRule(rrule, when), when));
      }),
      { numRuns: 150 },
    );
    expect(exact).toBeGreaterThan(40);
  });

  it('is the same rule again when it is read back', () => {
    fc.assert(
      fc.property(rules, days, (rrule, day) => {
        const when = startOf(rrule, day);
        const recurrence = when && recurrenceOf(normaliseRule(rrule, when), when, 'GMT Standard Time');
        if (!recurrence || !when) return;
        const back = ruleOf(recurrence, when);
        expect(datesOfRule(back, when)).toEqual(datesOfRule(normaliseRule(rrule, when), when));
        const again = recurrenceOf(back, when, 'GMT Standard Time');
        expect(again && sameRecurrence(again, recurrence)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['FREQ=WEEKLY;COUNT=6', '2027-03-15', 6],
    ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=10', '2027-03-15', 10],
    ['FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4', '2027-01-31', 4],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=5', '2027-03-31', 5],
    ['FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=2', '2027-03-28', 2],
  ])('%s from %s has its %d dates', (rrule, day, count) => {
    const when = timed(`${day}T09:00:00`, `${day}T10:00:00`);
    expect(datesOfPattern(rrule, when)).toHaveLength(count);
  });

  it.each([
    ['FREQ=MONTHLY;BYMONTHDAY=31', 'Outlook would take the last day of a short month'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,15', 'two days of a month'],
    ['FREQ=MONTHLY;BYDAY=1MO,3TU', 'two ordinals'],
    ['FREQ=WEEKLY;BYDAY=TU', 'a start that the rule leaves out'],
    ['FREQ=DAILY;COUNT=1500', 'more occurrences than a pattern may have'],
    ['FREQ=YEARLY;BYDAY=20MO', 'weeks counted through the year'],
  ])('%s is refused: %s', rrule => {
    const when = timed('2027-03-15T09:00:00', '2027-03-15T10:00:00');
    expect(recurrenceOf(normaliseRule(rrule, when), when, 'GMT Standard Time')).toBeNull();
  });

  it('ends on the day before when its last instant is earlier than the event is', () => {
    const when = timed('2027-03-15T09:00:00', '2027-03-15T10:00:00');
    const endOf = (rrule: string) => recurrenceOf(rrule, when, 'GMT Standard Time')?.range.endDate;
    expect(endOf('FREQ=DAILY;UNTIL=20270320T090000Z')).toBe('2027-03-20');
    expect(endOf('FREQ=DAILY;UNTIL=20270320T085959Z')).toBe('2027-03-19');
    // In summer time 09:00 in London is 08:00 UTC.
    expect(endOf('FREQ=DAILY;UNTIL=20270420T080000Z')).toBe('2027-04-20');
  });
});
