/** A rule that is cut in two, or moved, keeps its dates: checked against its own expansion before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countBefore, happens, occurrences } from '../../src/ical/expand.ts';
import { keepLastDay, moveRule, sameButUntilTime, splitRule } from '../../src/ical/rule-edit.ts';
import { occurrenceWhen } from '../../src/model/occurrence.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import type { When } from '../../src/model/when.ts';
import { london, timed, wholeDays } from './faces.ts';

const range = { from: Date.UTC(2026, 11, 1), to: Date.UTC(2027, 11, 1) };
const dates = (when: When, rrule: string): OccurrenceStart[] =>
  occurrences(when, { rrule, exdates: [], overrides: [] }, range, 3000).starts.map(one => one.occurrence);
const ten = timed('2027-03-01T10:00:00', '2027-03-01T11:00:00');

const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const rules = fc
  .record({
    form: fc.constantFrom(
      'FREQ=DAILY',
      'FREQ=WEEKLY',
      'FREQ=WEEKLY;BYDAY=',
      'FREQ=MONTHLY',
      'FREQ=MONTHLY;BYDAY=2TU,-1FR',
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1',
      'FREQ=MONTHLY;BYMONTHDAY=-1,15',
      'FREQ=DAILY;BYHOUR=9,15',
    ),
    days: fc.subarray(days, { minLength: 1 }),
    interval: fc.constantFrom('', ';INTERVAL=2', ';INTERVAL=3'),
    start: fc.constantFrom('', ';WKST=SU', ';WKST=TH'),
    end: fc.constantFrom('', ';COUNT=14', ';UNTIL=20270920T080000Z', ';UNTIL=20270920'),
  })
  .map(
    ({ form, days: some, interval, start, end }) =>
      `${form.endsWith('=') ? form + some : form}${interval}${start}${end}`,
  );
const firsts = fc.integer({ min: 0, max: 60 }).map(count => {
  const day = Temporal.PlainDate.from('2027-02-10').add({ days: count }).toString();
  return timed(`${day}T10:00:00`, `${day}T11:30:00`, london);
});

describe('a rule that is cut in two', () => {
  it('has the same dates in its halves as it had in one', () => {
    fc.assert(
      fc.property(rules, firsts, fc.nat(), (rrule, when, nth) => {
        const whole = dates(when, rrule);
        const at = whole[1 + (nth % Math.max(1, whole.length - 1))];
        fc.pre(at !== undefined);
        const halves = splitRule(rrule, when, at);
        expect(halves).not.toBeNull();
        if (halves === null) return;
        expect(dates(when, halves.before)).toEqual(whole.filter(one => one < at));
        expect(dates(occurrenceWhen(at, when), halves.from)).toEqual(whole.filter(one => one >= at));
      }),
      { numRuns: 100 },
    );
  });

  it('is not cut at what is no date of it', () => {
    expect(splitRule('FREQ=WEEKLY', ten, '2027-03-09T10:00:00' as OccurrenceStart)).toBeNull();
    expect(splitRule('FREQ=WEEKLY', ten, '2027-03-08T11:00:00' as OccurrenceStart)).toBeNull();
    expect(splitRule('FREQ=WEEKLY;COUNT=2', ten, '2027-03-15T10:00:00' as OccurrenceStart)).toBeNull();
  });

  it('of whole days ends with a day', () => {
    const halves = splitRule(
      'FREQ=DAILY;COUNT=5',
      wholeDays('2027-03-01', '2027-03-02'),
      '2027-03-03' as OccurrenceStart,
    );
    expect(halves).toEqual({ before: 'FREQ=DAILY;UNTIL=20270302', from: 'FREQ=DAILY;COUNT=3' });
  });
});

describe('a rule that is moved', () => {
  it('by days and to another time of day has each of its dates so many days later', () => {
    const weekly = fc
      .record({
        days: fc.subarray(days, { minLength: 1 }),
        rest: fc.constantFrom('', ';INTERVAL=2', ';INTERVAL=3;WKST=SU', ';COUNT=9', ';UNTIL=20270920T090000Z'),
      })
      .map(({ days: some, rest }) => `FREQ=WEEKLY;BYDAY=${some}${rest}`);
    fc.assert(
      fc.property(weekly, fc.integer({ min: -8, max: 8 }), fc.constantFrom('06', '10', '17'), (rrule, by, hour) => {
        const at = dates(ten, rrule)[1];
        fc.pre(at !== undefined);
        const halves = splitRule(rrule, ten, at);
        if (halves === null) throw new Error('not cut');
        const before = occurrenceWhen(at, ten);
        const day = Temporal.PlainDate.from(at.slice(0, 10)).add({ days: by }).toString();
        const after = timed(`${day}T${hour}:00:00`, `${day}T${hour}:45:00`);
        const moved = moveRule(halves.from, before, after, by);
        if (moved === null) throw new Error('not moved');
        const later = (one: string) => `${Temporal.PlainDate.from(one.slice(0, 10)).add({ days: by })}T${hour}:00:00`;
        const near = (one: string) => one < '2027-11-20';
        expect(dates(after, moved).filter(near)).toEqual(dates(before, halves.from).map(later).filter(near));
      }),
      { numRuns: 100 },
    );
  });

  it('is not guessed where it names days of the month', () => {
    const tuesday = timed('2027-03-02T10:00:00', '2027-03-02T11:00:00');
    expect(moveRule('FREQ=MONTHLY;BYDAY=1MO', ten, tuesday, 1)).toBeNull();
    expect(moveRule('FREQ=MONTHLY;BYMONTHDAY=1', ten, tuesday, 1)).toBeNull();
    expect(moveRule('FREQ=MONTHLY;BYDAY=1MO', ten, ten, 0)).toBe('FREQ=MONTHLY;BYDAY=1MO');
  });
});

describe('the last date of a series', () => {
  const rrule = 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270524T090000Z';
  const last = (when: When, rule: string) => dates(when, rule).at(-1);
  it.each([
    ['an hour later', timed('2027-03-01T11:00:00', '2027-03-01T12:00:00'), '2027-05-24T11:00:00'],
    ['to the evening', timed('2027-03-01T23:00:00', '2027-03-02T01:00:00'), '2027-05-24T23:00:00'],
    ['to the morning', timed('2027-03-01T06:00:00', '2027-03-01T07:00:00'), '2027-05-24T06:00:00'],
    ['to whole days', wholeDays('2027-03-01', '2027-03-02'), '2027-05-24'],
  ])('is kept when the series moves %s', (_, after, day) => {
    expect(last(ten, rrule)).toBe('2027-05-24T10:00:00');
    expect(last(after, keepLastDay(rrule, ten, after))).toBe(day);
  });

  it('is not gained by an earlier start', () => {
    const noon = timed('2027-03-01T12:00:00', '2027-03-01T13:00:00');
    const early = timed('2027-03-01T08:00:00', '2027-03-01T09:00:00');
    expect(last(noon, rrule)).toBe('2027-05-17T12:00:00');
    expect(last(early, keepLastDay(rrule, noon, early))).toBe('2027-05-17T08:00:00');
  });

  it('is the same to whoever ends the rule with the start of that day or with its end', () => {
    expect(sameButUntilTime(rrule, 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270524T225959Z', ten)).toBe(true);
    expect(sameButUntilTime(rrule, 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270531T090000Z', ten)).toBe(false);
    expect(sameButUntilTime(rrule, 'FREQ=WEEKLY;BYDAY=TU;UNTIL=20270524T090000Z', ten)).toBe(false);
  });
});

describe('a date of a rule', () => {
  it('is found however long the event is', () => {
    const long = timed('2027-03-01T10:00:00', '2027-06-01T10:00:00');
    expect(happens('2027-05-20T10:00:00' as OccurrenceStart, 'FREQ=DAILY', long)).toBe(true);
    expect(happens('2027-02-28T10:00:00' as OccurrenceStart, 'FREQ=DAILY', long)).toBe(false);
  });

  it('is counted with the first date, also where that does not fit the rule', () => {
    expect(countBefore('2027-03-09T10:00:00' as OccurrenceStart, 'FREQ=WEEKLY;BYDAY=TU;COUNT=5', ten)).toBe(2);
  });
});
