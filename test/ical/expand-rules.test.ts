/** The expansion of rules against two others: a slow one of our own, and ical.js where that is known to be right. */
import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { occurrences } from '../../src/ical/expand.ts';
import { readCalendar } from '../../src/ical/read.ts';
import { brandId } from '../../src/model/ids.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { instantOf, type LocalDateTime, localAt, rangeOf, type ZoneName } from '../../src/model/when.ts';
import { london, timed, wholeDays, zoneNames } from './faces.ts';
import { dayOf, type OracleRule, oracleDates, ruleText, textOf } from './rule-oracle.ts';

const plain: OracleRule = {
  freq: 'DAILY',
  interval: 1,
  byDay: [],
  byMonth: [],
  byMonthDay: [],
  byYearDay: [],
  byWeekNo: [],
  bySetPos: [],
  weekStart: 0,
  count: null,
  until: null,
};

const weekdays = fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1, maxLength: 4 });
const days = weekdays.map(list => list.map(day => ({ nth: 0, day })));
const numbered = (most: number) =>
  fc
    .array(
      fc.record({ nth: fc.integer({ min: 1, max: most }), back: fc.boolean(), day: fc.integer({ min: 0, max: 6 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map(list => unique(list.map(({ nth, back, day }) => ({ nth: back ? -nth : nth, day }))));
const signed = (most: number, maxLength = 3) =>
  fc
    .array(
      fc.integer({ min: 1, max: most }).chain(one => fc.constantFrom(one, -one)),
      { minLength: 1, maxLength },
    )
    .map(unique);
const months = fc.subarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], { minLength: 1, maxLength: 4 });
const setPos = fc.oneof({ weight: 2, arbitrary: fc.constant([] as number[]) }, { weight: 1, arbitrary: signed(3, 2) });

function unique<T>(list: readonly T[]): T[] {
  return [...new Map(list.map(one => [JSON.stringify(one), one] as const)).values()];
}

/** The combinations of parts that calendars write; of each a share. */
const shapes: fc.Arbitrary<Partial<OracleRule>> = fc.oneof(
  fc.record({ freq: fc.constant('DAILY' as const) }),
  fc.record({ freq: fc.constant('DAILY' as const), byDay: days }),
  fc.record({ freq: fc.constant('DAILY' as const), byMonth: months, byMonthDay: signed(31) }),
  fc.record({ freq: fc.constant('WEEKLY' as const) }),
  fc.record({ freq: fc.constant('WEEKLY' as const), byDay: days, bySetPos: setPos }),
  fc.record({ freq: fc.constant('WEEKLY' as const), byDay: days, byMonth: months }),
  fc.record({ freq: fc.constant('MONTHLY' as const) }),
  fc.record({ freq: fc.constant('MONTHLY' as const), byDay: days, bySetPos: setPos }),
  fc.record({ freq: fc.constant('MONTHLY' as const), byDay: numbered(5), bySetPos: setPos }),
  fc.record({ freq: fc.constant('MONTHLY' as const), byMonthDay: signed(31), bySetPos: setPos }),
  fc.record({ freq: fc.constant('MONTHLY' as const), byMonthDay: signed(31), byDay: days }),
  fc.record({ freq: fc.constant('MONTHLY' as const), byMonth: months, byDay: numbered(4) }),
  fc.record({ freq: fc.constant('YEARLY' as const) }),
  fc.record({ freq: fc.constant('YEARLY' as const), byMonth: months }),
  fc.record({ freq: fc.constant('YEARLY' as const), byMonth: months, byDay: numbered(4), bySetPos: setPos }),
  fc.record({ freq: fc.constant('YEARLY' as const), byMonth: months, byMonthDay: signed(31) }),
  fc.record({ freq: fc.constant('YEARLY' as const), byDay: numbered(52) }),
  fc.record({ freq: fc.constant('YEARLY' as const), byYearDay: signed(366) }),
  fc.record({ freq: fc.constant('YEARLY' as const), byWeekNo: signed(53), byDay: days }),
);

const time = '09:30:00';
const drawn = fc
  .record({
    shape: shapes,
    interval: fc.constantFrom(1, 1, 2, 3),
    weekStart: fc.constantFrom(0, 0, 6, 3),
    end: fc.constantFrom('none', 'count', 'until-utc', 'until-date', 'until-local'),
    length: fc.integer({ min: 1, max: 40 }),
    first: fc.integer({ min: dayOf('2026-11-20'), max: dayOf('2027-12-20') }),
    zone: fc.constantFrom(...zoneNames),
  })
  .map(({ shape, interval, weekStart, end, length, first, zone }) => {
    const last = `${textOf(first + length * 11)}T${time}`;
    const instant = instantOf(brandId<LocalDateTime>(last), zone);
    const compact = (text: string) => text.replaceAll(/[-:]/g, '');
    const forms: Readonly<Record<string, string | null>> = {
      'until-utc': `${compact(new Date(instant).toISOString().slice(0, 19))}Z`,
      'until-date': compact(last.slice(0, 10)),
      'until-local': compact(last),
    };
    const rule: OracleRule = {
      ...plain,
      ...shape,
      interval,
      weekStart,
      // One day a year, counted day by day, is refused as too much work.
      count: end === 'count' && !(shape.freq === 'DAILY' && shape.byMonth) ? length : null,
      // A wall time that a clock change skips or doubles is another one after a way through UTC.
      until: end.startsWith('until') ? localAt(instant, zone) : null,
    };
    return { rule, text: ruleText(rule, forms[end] ?? null), first: textOf(first), zone };
  });

const end = '2029-06-01';

function expanded(text: string, first: string, zone: ZoneName): string[] {
  const when = timed(`${first}T${time}`, `${first}T10:15:00`, zone);
  const range = { from: 0, to: instantOf(brandId<LocalDateTime>(`${end}T00:00:00`), zone) };
  return occurrences(when, { rrule: text, exdates: [], overrides: [] }, range, 3000).starts.map(one => one.when.start);
}

describe('rules as calendars write them', () => {
  it('have the dates that a day-by-day reading of the RFC gives', () => {
    fc.assert(
      fc.property(drawn, ({ rule, text, first, zone }) => {
        const expected = oracleDates(rule, first, time, end);
        // A rule that has no date at all but its first is refused, and one that needs decades of search may be.
        fc.pre(expected.length > 1);
        expect(expanded(text, first, zone)).toEqual(expected.map(day => `${day}T${time}`));
      }),
      { numRuns: 600 },
    );
  });

  it('of whole days have the same dates as timed ones', () => {
    fc.assert(
      fc.property(drawn, ({ rule, text, first, zone }) => {
        fc.pre(rule.until === null && oracleDates(rule, first, time, end).length > 1);
        const when = wholeDays(first, textOf(dayOf(first) + 1), zone);
        const range = { from: 0, to: instantOf(brandId<LocalDateTime>(`${end}T00:00:00`), zone) };
        const found = occurrences(when, { rrule: text, exdates: [], overrides: [] }, range, 3000).starts;
        expect(found.map(one => one.when.start)).toEqual(oracleDates(rule, first, time, end));
      }),
      { numRuns: 150 },
    );
  });

  it('of the plainest kinds are read by ical.js alike', () => {
    const plainest = drawn.filter(
      ({ rule }) => (rule.freq === 'WEEKLY' || rule.freq === 'DAILY') && rule.until === null && isBare(rule),
    );
    fc.assert(
      fc.property(plainest, ({ text, first, zone }) => {
        const dates = ICAL.Recur.fromString(text).iterator(ICAL.Time.fromDateTimeString(`${first}T${time}`));
        const theirs: string[] = [];
        for (let next = dates.next(); next && theirs.length < 60; next = dates.next()) theirs.push(next.toString());
        expect(expanded(text, first, zone).slice(0, 60)).toEqual(theirs.filter(one => one < end));
      }),
      { numRuns: 100 },
    );
  });
});

const isBare = ({ byDay, byMonth, byMonthDay, bySetPos }: OracleRule) =>
  byDay.length + byMonth.length + byMonthDay.length + bySetPos.length === 0;

describe('dates left out', () => {
  const stamp = (text: string) => text.replaceAll(/[-:]/g, '').slice(0, 15);
  /** The same instant as three clients write it. */
  const written = (start: string, zone: ZoneName, form: string): string => {
    const instant = instantOf(brandId<LocalDateTime>(start), zone);
    const other = brandId<ZoneName>('Asia/Tokyo');
    if (form === 'utc') return `EXDATE:${stamp(new Date(instant).toISOString())}Z`;
    if (form === 'other') return `EXDATE;TZID=Asia/Tokyo:${stamp(localAt(instant, other))}`;
    if (form === 'date') return `EXDATE;VALUE=DATE:${stamp(start).slice(0, 8)}`;
    return `EXDATE;TZID=${zone}:${stamp(start)}`;
  };
  const zones = ['Europe/London', 'America/New_York', 'Australia/Sydney', 'Pacific/Apia'].map(one =>
    brandId<ZoneName>(one),
  );
  const forms = fc.array(fc.record({ nth: fc.nat(40), form: fc.constantFrom('utc', 'other', 'date', 'own') }), {
    maxLength: 8,
  });

  it('S56 by clients in UTC, in another zone, as a day or locally are the same dates, on either side of a clock change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 200 }), forms, (zone, offset, left) => {
        const first = textOf(dayOf('2026-09-01') + offset);
        const whole = expanded('FREQ=WEEKLY;COUNT=41', first, zone);
        const gone = unique(left.map(({ nth, form }) => ({ start: whole[nth] ?? '', form })));
        const text = [
          'BEGIN:VCALENDAR',
          'VERSION:2.0',
          'BEGIN:VEVENT',
          'UID:one',
          'DTSTAMP:20270101T000000Z',
          `DTSTART;TZID=${zone}:${stamp(`${first}T${time}`)}`,
          'DURATION:PT45M',
          'RRULE:FREQ=WEEKLY;COUNT=41',
          ...gone.map(({ start, form }) => written(start, zone, form)),
          'SUMMARY:Weekly',
          'END:VEVENT',
          'END:VCALENDAR',
          '',
        ].join('\r\n');
        const [item] = readCalendar(text, { zone: london }).items;
        if (!item?.face.series) throw new Error('not read');
        expect(item.face.series.exdates).toEqual([...new Set(gone.map(one => one.start))].sort());
        const range = { from: 0, to: Number.MAX_SAFE_INTEGER / 2 };
        const rest = occurrences(item.face.when, item.face.series, { ...range, to: Date.UTC(2030, 0, 1) }, 100).starts;
        expect(rest.map(one => one.when.start)).toEqual(whole.filter(one => !gone.some(({ start }) => start === one)));
      }),
      { numRuns: 150 },
    );
  });
});

describe('series without end, and series that ask for too much', () => {
  const endless = 'FREQ=DAILY';
  const changed = (count: number) =>
    Array.from({ length: count }, (_, n) => {
      const day = textOf(dayOf('2027-01-01') + n);
      const face = {
        when: timed(`${day}T15:00:00`, `${day}T16:00:00`),
        title: `n${n}`,
        place: '',
        notes: '',
        busy: 'busy' as const,
      };
      return { occurrence: brandId<OccurrenceStart>(`${day}T09:30:00`), face };
    });

  it('S55 729 exceptions on an endless series cost no more than the range asked for', () => {
    const when = timed('2027-01-01T09:30:00', '2027-01-01T10:15:00');
    const series = { rrule: endless, exdates: [], overrides: changed(729) };
    const far = { from: Date.UTC(2400, 0, 1), to: Date.UTC(2400, 0, 8) };
    expect(occurrences(when, series, far, 50).starts).toHaveLength(7);
    const inside = { from: Date.UTC(2027, 5, 1), to: Date.UTC(2027, 5, 8) };
    const found = occurrences(when, series, inside, 50).starts;
    expect(found.map(one => one.when.start.slice(11))).toEqual(Array(7).fill('15:00:00'));
    expect(found.every(one => rangeOf(one.when).from >= inside.from)).toBe(true);
  });

  it('S55 a rule that takes too much work is refused by name, whatever it is asked with', () => {
    const when = timed('2027-01-01T09:30:00', '2027-01-01T10:15:00');
    const heavy = fc.constantFrom(
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
      'FREQ=YEARLY;INTERVAL=1000;BYYEARDAY=366;BYDAY=MO',
      'FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31',
      'FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;BYDAY=MO',
      'FREQ=DAILY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO',
    );
    fc.assert(
      fc.property(heavy, fc.integer({ min: 0, max: 3000 }), (rrule, years) => {
        const range = { from: Date.UTC(2027 + years, 0, 1), to: Date.UTC(2030 + years, 0, 1) };
        try {
          expect(occurrences(when, { rrule, exdates: [], overrides: [] }, range, 50).starts.length).toBeLessThan(51);
        } catch (error) {
          expect(error).toMatchObject({ name: 'IcalError', kind: 'bad-rule' });
        }
      }),
      { numRuns: 40 },
    );
  });
});
