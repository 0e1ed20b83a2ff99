import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { busyBlocks, occurrences } from '../../src/ical/expand.ts';
import { checkRule } from '../../src/ical/rule.ts';
import { brandId } from '../../src/model/ids.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../../src/model/series.ts';
import { instantOf, rangeOf, type When, type ZoneName } from '../../src/model/when.ts';
import { london, timed, wholeDays, zoneNames } from './faces.ts';

const at = (text: string) => Date.parse(`${text}:00Z`);
const year2027 = { from: at('2027-01-01T00:00'), to: at('2028-01-01T00:00') };

function series(rrule: string, fields: Partial<Series> = {}): Series {
  return { rrule, exdates: [], overrides: [], ...fields };
}

function starts(when: When, rrule: string, range = year2027, limit = 500): string[] {
  return occurrences(when, series(rrule), range, limit).starts.map(({ when: { start } }) => start);
}

describe('a rule', () => {
  test('S43 a weekly meeting at 09:00 Europe/London stays at 09:00 across the last Sunday of March', () => {
    const when = timed('2027-03-16T09:00:00', '2027-03-16T10:00:00');
    const found = occurrences(when, series('FREQ=WEEKLY;COUNT=4'), year2027, 10).starts;
    expect(found.map(one => one.when.start.slice(11))).toEqual(Array(4).fill('09:00:00'));
    expect(found.map(one => new Date(rangeOf(one.when).from).toISOString().slice(0, 16))).toEqual([
      '2027-03-16T09:00',
      '2027-03-23T09:00',
      '2027-03-30T08:00',
      '2027-04-06T08:00',
    ]);
  });

  test('S45 a night shoot 22:00 to 05:00 is eight hours long over the autumn change and seven in other nights', () => {
    const when = timed('2027-10-30T22:00:00', '2027-10-31T05:00:00');
    const hours = (one: When) => (rangeOf(one).to - rangeOf(one).from) / 3_600_000;
    expect(hours(when)).toBe(8);
    const found = occurrences(when, series('FREQ=DAILY;COUNT=2'), year2027, 10).starts;
    expect(found.map(one => hours(one.when))).toEqual([8, 7]);
  });

  test('of whole days gives dates', () => {
    expect(starts(wholeDays('2027-03-27', '2027-03-29'), 'FREQ=DAILY;UNTIL=20270329')).toEqual([
      '2027-03-27',
      '2027-03-28',
      '2027-03-29',
    ]);
  });

  test('keeps an occurrence in a clock gap, read with the offset before the gap', () => {
    const found = occurrences(
      timed('2027-03-27T01:30:00', '2027-03-27T01:45:00'),
      series('FREQ=DAILY;COUNT=3'),
      year2027,
      9,
    );
    expect(found.starts.map(one => new Date(rangeOf(one.when).from).toISOString().slice(0, 16))).toEqual([
      '2027-03-27T01:30',
      '2027-03-28T01:30',
      '2027-03-29T00:30',
    ]);
  });

  test('counts a first date that does not fit it as the first of COUNT', () => {
    expect(starts(timed('2027-03-01T09:00:00', '2027-03-01T10:00:00'), 'FREQ=WEEKLY;BYDAY=TU;COUNT=3')).toEqual([
      '2027-03-01T09:00:00',
      '2027-03-02T09:00:00',
      '2027-03-09T09:00:00',
    ]);
  });

  test('that began long ago or never ends is found in the range at once, and cut at the limit', () => {
    const old = timed('1931-03-02T09:00:00', '1931-03-02T10:00:00');
    expect(starts(old, 'FREQ=WEEKLY', { from: at('2027-03-01T00:00'), to: at('2027-03-15T00:00') })).toEqual([
      '2027-03-01T09:00:00',
      '2027-03-08T09:00:00',
    ]);
    const far = { from: at('2027-01-01T00:00'), to: at('9000-01-01T00:00') };
    const cut = occurrences(old, series('FREQ=DAILY'), far, 100);
    expect([cut.starts.length, cut.complete]).toEqual([100, false]);
    expect(occurrences(old, series('FREQ=DAILY;COUNT=3000'), far, 100)).toEqual({ starts: [], complete: true });
  });

  test('leaves out EXDATEs and shows changed occurrences where they were moved to, also from outside the range', () => {
    const when = timed('2027-03-01T09:00:00', '2027-03-01T10:00:00');
    const own: OccurrenceFace = {
      when: timed('2027-03-12T14:00:00', '2027-03-12T15:00:00'),
      title: 'Moved',
      place: '',
      notes: '',
      busy: 'busy',
    };
    const changed = series('FREQ=WEEKLY', {
      exdates: [brandId<OccurrenceStart>('2027-03-08T09:00:00')],
      overrides: [{ occurrence: brandId<OccurrenceStart>('2027-05-03T09:00:00'), face: own }],
    });
    const march = { from: at('2027-03-01T00:00'), to: at('2027-03-20T00:00') };
    expect(
      occurrences(when, changed, march, 9).starts.map(one => [one.occurrence, one.when.start, one.override?.title]),
    ).toEqual([
      ['2027-03-01T09:00:00', '2027-03-01T09:00:00', undefined],
      ['2027-05-03T09:00:00', '2027-03-12T14:00:00', 'Moved'],
      ['2027-03-15T09:00:00', '2027-03-15T09:00:00', undefined],
    ]);
    const may = { from: at('2027-05-03T00:00'), to: at('2027-05-04T00:00') };
    expect(occurrences(when, changed, may, 9).starts).toEqual([]);
  });

  test.each([
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=SECONDLY',
    'FREQ=DAILY;INTERVAL=999999999',
    'FREQ=DAILY;COUNT=999999999',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=WEEKLY;COUNT=2;UNTIL=20270601',
    'FREQ=WEEKLY;BYDAY=1FR',
    'FREQ=WEEKLY;BYDAY=XX',
    'FREQ=WEEKLY;FREQ=DAILY',
    'FREQ=WEEKLY;X-Y=1',
    'FREQ=DAILY;UNTIL=tomorrow',
    'FREQ=DAILY\r\nATTENDEE:mailto:evil@fixture.test',
    'weekly',
    '',
  ])('%j is refused with a reason in one line', rrule => {
    expect(checkRule(rrule)).toMatch(/^[^\n]+$/);
    const when = timed('2027-03-01T09:00:00', '2027-03-01T10:00:00');
    expect(() => starts(when, rrule)).toThrow(expect.objectContaining({ name: 'IcalError', kind: 'bad-rule' }));
  });

  test.each([
    'FREQ=DAILY;BYMONTHDAY=-1',
    'FREQ=DAILY;BYMONTHDAY=-1,-2;COUNT=5',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  ])('%s, on which others hang, is expanded', rrule => {
    expect(checkRule(rrule)).toBeNull();
    const range = { from: at('2027-01-01T00:00'), to: at('2030-01-01T00:00') };
    expect(starts(timed('2027-01-31T09:00:00', '2027-01-31T10:00:00'), rrule, range).length).toBeGreaterThan(1);
  });
});

describe('the expansion', () => {
  type Drawn = {
    freq: 'DAILY' | 'WEEKLY' | 'MONTHLY';
    interval: number;
    days: string[];
    nth: number;
    stop: string;
    first: number;
    zone: ZoneName;
  };
  const names = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
  const drawn: fc.Arbitrary<Drawn> = fc.record({
    freq: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY'),
    interval: fc.integer({ min: 1, max: 4 }),
    days: fc.subarray(names, { minLength: 1 }),
    nth: fc.constantFrom(1, 2, 4, -1),
    stop: fc.constantFrom('', ';COUNT=17', ';UNTIL=20270615'),
    first: fc.integer({ min: 0, max: 120 }),
    zone: fc.constantFrom(...zoneNames),
  });
  const day = (index: number) => new Date(Date.UTC(2027, 0, 1 + index));
  const name = (date: Date) => names[date.getUTCDay()]!;

  /** Day by day, by the words of the RFC; knows nothing of the code under test. */
  function fits({ freq, interval, days, nth, first }: Drawn, index: number): boolean {
    const [date, begin] = [day(index), day(first)];
    if (freq === 'DAILY') return (index - first) % interval === 0 && days.includes(name(date));
    if (freq === 'WEEKLY') {
      const week = (one: Date, at: number) => Math.floor((at - ((one.getUTCDay() + 6) % 7)) / 7);
      return (week(date, index) - week(begin, first)) % interval === 0 && days.includes(name(date));
    }
    const months = (date.getUTCFullYear() - begin.getUTCFullYear()) * 12 + date.getUTCMonth() - begin.getUTCMonth();
    const same = Array.from(
      { length: 31 },
      (_, one) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), one + 1)),
    ).filter(one => one.getUTCMonth() === date.getUTCMonth() && name(one) === days[0]);
    return months % interval === 0 && same.at(nth > 0 ? nth - 1 : nth)?.getTime() === date.getTime();
  }

  test('agrees with a plain day-by-day expander on daily, weekly and monthly rules', () => {
    fc.assert(
      fc.property(drawn, one => {
        const byDay = one.freq === 'MONTHLY' ? `${one.nth}${one.days[0]}` : one.days.join(',');
        const rrule = `FREQ=${one.freq};INTERVAL=${one.interval};BYDAY=${byDay}${one.stop}`;
        const date = (index: number) => day(index).toISOString().slice(0, 10);
        const when = timed(`${date(one.first)}T09:00:00`, `${date(one.first)}T10:00:00`, one.zone);
        const all = Array.from({ length: 260 - one.first }, (_, index) => index + one.first)
          .filter(index => index === one.first || fits(one, index))
          .map(date);
        const counted = one.stop.includes('COUNT') ? all.slice(0, 17) : all;
        const expected = counted.filter(
          text => !one.stop.includes('UNTIL') || text <= '2027-06-15' || text === date(one.first),
        );
        const begin = instantOf(brandId(`${date(one.first)}T00:00:00`), one.zone);
        const end = instantOf(brandId(`${date(260)}T00:00:00`), one.zone);
        expect(starts(when, rrule, { from: begin, to: end })).toEqual(expected.map(text => `${text}T09:00:00`));
      }),
      { numRuns: 300 },
    );
  });

  test('gives the same occurrences for a part of the range as for the whole', () => {
    const rules = fc.constantFrom(
      'FREQ=DAILY',
      'FREQ=WEEKLY;BYDAY=MO,FR',
      'FREQ=MONTHLY;BYDAY=-1SU',
      'FREQ=DAILY;COUNT=90',
    );
    const hours = fc.integer({ min: 0, max: 23 });
    const ranges = fc.record({ from: fc.integer({ min: 0, max: 7000 }), length: fc.integer({ min: 1, max: 900 }) });
    fc.assert(
      fc.property(rules, fc.constantFrom(...zoneNames), hours, ranges, (rrule, zone, hour, { from, length }) => {
        const start = `2027-01-01T${String(hour).padStart(2, '0')}:00:00`;
        const when = timed(start, `2027-01-02T05:00:00`, zone);
        const range = { from: Date.UTC(2027, 0, 1, from), to: Date.UTC(2027, 0, 1, from + length) };
        const whole = occurrences(when, series(rrule), { from: 0, to: Date.UTC(2028, 1, 1) }, 2000).starts;
        const inside = whole.filter(one => rangeOf(one.when).from < range.to && rangeOf(one.when).to > range.from);
        expect(occurrences(when, series(rrule), range, 2000).starts).toEqual(inside);
      }),
      { numRuns: 100 },
    );
  });
});

describe('busy time', () => {
  const when = timed('2027-03-01T09:00:00', '2027-03-01T10:00:00');
  const face = { when, title: '', place: '', notes: '', url: null, busy: 'tentative' as const, series: null };
  test('is the event itself, tentative or not, and nothing where it does not block', () => {
    expect(busyBlocks(face, true, year2027)).toEqual([
      { from: at('2027-03-01T09:00'), to: at('2027-03-01T10:00'), tentative: true, allDay: false },
    ]);
    expect(busyBlocks(face, false, year2027)).toEqual([]);
    expect(busyBlocks(face, true, { from: 0, to: at('2027-03-01T09:00') })).toEqual([]);
  });

  test('lasts a whole day in the zone of the day', () => {
    const days = { ...face, when: wholeDays('2027-03-28', '2027-03-29', london), busy: 'busy' as const };
    expect(busyBlocks(days, true, year2027)).toEqual([
      { from: at('2027-03-28T00:00'), to: at('2027-03-28T23:00'), tentative: false, allDay: true },
    ]);
  });

  test('of a changed occurrence is its own', () => {
    const own: OccurrenceFace = {
      when: timed('2027-03-08T14:00:00', '2027-03-08T15:00:00'),
      title: '',
      place: '',
      notes: '',
      busy: 'free',
    };
    const overrides = [{ occurrence: brandId<OccurrenceStart>('2027-03-08T09:00:00'), face: own }];
    const repeated = { ...face, series: series('FREQ=WEEKLY;COUNT=3', { overrides }) };
    expect(busyBlocks(repeated, true, year2027).map(({ from }) => from)).toEqual([
      at('2027-03-01T09:00'),
      at('2027-03-15T09:00'),
    ]);
  });
});
