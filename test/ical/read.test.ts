import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { busyBlocks, occurrences } from '../../src/ical/expand.ts';
import { IcalError } from '../../src/ical/ical-error.ts';
import { type ReadItem, type Reading, readCalendar } from '../../src/ical/read.ts';
import { decodeCalendar } from '../../src/ical/text.ts';
import { rangeOf } from '../../src/model/when.ts';
import { london, timed, wholeDays } from './faces.ts';

const folder = new URL('../../fixtures/ics/', import.meta.url);
const external = new URL('../../fixtures/tidewrack/external/', import.meta.url);

function load(name: string, from = folder): Reading {
  return readCalendar(decodeCalendar(readFileSync(new URL(`${name}.ics`, from))), { zone: london });
}

function only(name: string, from = folder): ReadItem {
  const { items } = load(name, from);
  expect(items).toHaveLength(1);
  return items[0]!;
}

function calendar(...events: string[][]): string {
  const blocks = events.map(lines => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...blocks.flat(), 'END:VCALENDAR', ''].join('\r\n');
}

const until28May = { from: 0, to: Date.parse('2027-05-28T23:59:59Z') };

describe('what others send', () => {
  test.each(readdirSync(folder).map(name => name.replace('.ics', '')))('%s is read or refused in one line', name => {
    try {
      const { items, problems } = load(name);
      expect(items.length + problems.length).toBeGreaterThan(0);
      for (const { problem } of problems) expect(problem).toMatch(/^[^\n]{1,200}$/);
      for (const { face, blocks } of items) {
        expect(busyBlocks(face, blocks, { from: 0, to: Date.parse('2028-01-01T00:00Z') }).length).toBeLessThanOrEqual(
          5000,
        );
      }
    } catch (error) {
      expect(error).toBeInstanceOf(IcalError);
      expect(['empty', 'html-page', 'deep-nesting']).toContain(name);
    }
  });

  test.each([
    ['outlook-windows-zone', timed('2027-03-16T08:00:00', '2027-03-16T09:30:00')],
    ['outlook-all-day-midnight', wholeDays('2027-06-10', '2027-06-12')],
    ['google-invite-v1', timed('2027-03-16T10:00:00', '2027-03-16T11:00:00')],
    ['icloud-event', timed('2027-03-18T19:00:00', '2027-03-18T21:00:00')],
    ['date-without-value', wholeDays('2026-07-01', '2026-07-02')],
    ['bare-cr', timed('2027-03-16T10:00:00', '2027-03-16T11:00:00')],
    ['bom', timed('2027-03-16T10:00:00', '2027-03-16T11:00:00')],
  ])('%s is when its sender meant', (name, when) => {
    expect(only(name).face.when).toEqual(when);
    expect(load(name).problems).toEqual([]);
  });

  test('outlook-display-zone, whose zone name lacks its quotes, is New York time', () => {
    expect(only('outlook-display-zone').face.when.zone).toBe('America/New_York');
  });

  test('text of another charset or folded inside a character is whole', () => {
    expect(only('latin-1').face).toMatchObject({ title: 'Café crème', place: 'Zürich' });
    expect(only('fold-inside-character').face.title).toBe('Café');
    expect(load('stray-line').items[0]?.face.notes).toBe('Bring\nboots and a coat');
  });

  test('a broken event leaves the others alone', () => {
    expect(load('missing-end').items.map(({ uid }) => uid)).toEqual(['cut-1@fixture', 'cut-3@fixture']);
    expect(load('month-13')).toMatchObject({ items: [{ uid: 'after-month-13@fixture' }], problems: { length: 5 } });
    expect(load('hang-rules')).toMatchObject({ items: [{ uid: 'beside-hang@fixture' }], problems: { length: 10 } });
  });

  test('a text that is cut off says so', () => {
    expect(load('cut-off').truncated).toBe(true);
    expect(load('bom').truncated).toBe(false);
  });

  test('an event in an unknown zone is a problem, never UTC', () => {
    const { items, problems } = load('unknown-zone');
    expect(items.map(({ uid }) => uid)).toEqual(['known-zone@fixture']);
    expect(problems).toEqual([
      { uid: 'unknown-zone@fixture', problem: 'the event is in a time zone that is not known' },
    ]);
  });

  test('a definition decides only where the name means nothing', () => {
    expect(only('customised-vtimezone')).toMatchObject({
      face: { when: { zone: 'Europe/London' } },
      flags: ['zone-guessed'],
    });
    expect(only('forged-vtimezone')).toMatchObject({ face: { when: { zone: 'Europe/Paris' } }, flags: [] });
    expect(only('negative-dst').face.when.zone).toBe('Europe/Dublin');
  });

  test('S46 a floating time takes the production’s zone and is flagged', () => {
    expect(only('floating')).toMatchObject({
      face: { when: timed('2027-07-16T09:00:00', '2027-07-16T10:00:00') },
      flags: ['floating-time'],
    });
  });

  test('a time that the clocks skip is flagged', () => {
    const lines = ['UID:gap', 'DTSTART;TZID=Europe/London:20270328T013000', 'DTEND;TZID=Europe/London:20270328T023000'];
    expect(readCalendar(calendar(lines), { zone: london }).items[0]?.flags).toEqual(['in-clock-gap']);
  });

  test('days of a DURATION follow the clock and its hours do not', () => {
    expect(load('duration').items.map(({ face }) => face.when.end)).toEqual([
      '2027-03-28T13:00:00',
      '2027-03-16T12:00:00',
      '2027-03-19',
      '2027-03-17',
    ]);
  });

  test('declined, free, cancelled and tentative say whether they block', () => {
    const busyOf = (...lines: string[]) => {
      const { items } = readCalendar(calendar(['UID:x', 'DTSTART:20270316T100000Z', ...lines]), { zone: london });
      return [items[0]?.blocks, items[0]?.face.busy, items[0]?.status];
    };
    expect(busyOf()).toEqual([true, 'busy', 'confirmed']);
    expect(busyOf('TRANSP:TRANSPARENT')).toEqual([false, 'free', 'confirmed']);
    expect(busyOf('STATUS:CANCELLED')).toEqual([false, 'free', 'cancelled']);
    expect(busyOf('STATUS:TENTATIVE')).toEqual([true, 'tentative', 'tentative']);
    expect(busyOf('X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE')).toEqual([true, 'tentative', 'confirmed']);
    expect(busyOf('X-MICROSOFT-CDO-BUSYSTATUS:FREE')).toEqual([false, 'free', 'confirmed']);
    expect(busyOf('ATTENDEE;PARTSTAT=DECLINED:mailto:a@fixture.test')).toEqual([false, 'free', 'confirmed']);
  });
});

describe('a series from others', () => {
  test('S56 dates left out in UTC, in another zone or as a day hit the same occurrences across the clock change', () => {
    const { face } = only('exdate-utc');
    expect(occurrences(face.when, face.series, until28May, 99).starts.map(one => one.occurrence)).toEqual([
      '2027-03-16T09:00:00',
    ]);
  });

  test('S56 an override named in UTC after the clock change is the occurrence at its wall time', () => {
    const master = [
      'UID:s',
      'DTSTART;TZID=Europe/London:20270316T090000',
      'DTEND;TZID=Europe/London:20270316T100000',
      'RRULE:FREQ=WEEKLY',
    ];
    const override = [
      'UID:s',
      'RECURRENCE-ID:20270330T080000Z',
      'DTSTART:20270330T100000Z',
      'DTEND:20270330T110000Z',
      'SUMMARY:Later',
    ];
    const [item] = readCalendar(calendar(override, master), { zone: london }).items;
    expect(item?.face.series?.overrides).toEqual([
      {
        occurrence: '2027-03-30T09:00:00',
        face: {
          when: timed('2027-03-30T11:00:00', '2027-03-30T12:00:00'),
          title: 'Later',
          place: '',
          notes: '',
          busy: 'busy',
        },
      },
    ]);
  });

  test('may begin with an override, cancel one, or come without its master', () => {
    expect(only('override-first').face.series?.overrides.map(({ occurrence }) => occurrence)).toEqual([
      '2027-03-09T17:00:00',
    ]);
    expect(only('override-cancelled').face.series?.exdates).toEqual(['2027-03-09T17:00:00']);
    expect(only('override-without-master')).toMatchObject({
      recurrence: '2027-03-09T17:00:00',
      face: { series: null },
    });
  });

  test('with extra dates gives those one by one, a PERIOD with its own length', () => {
    expect(load('rdate').items.map(({ recurrence }) => recurrence)).toEqual([null, '2027-03-12T09:00:00']);
    expect(load('rdate-period').items.map(({ face }) => face.when.end)).toEqual([
      '2027-03-02T10:00:00',
      '2027-03-12T12:00:00',
      '2027-03-13T09:30:00',
    ]);
  });

  test('ends on the same day whatever form its UNTIL has', () => {
    const lasts = load('wrong-until').items.map(
      ({ face }) => occurrences(face.when, face.series, until28May, 99).starts.at(-1)?.occurrence,
    );
    expect(lasts).toEqual(['2027-05-24T10:00:00', '2027-05-24T10:00:00', '2027-05-24T10:00:00', '2027-05-24']);
  });

  test('S55 with 729 exceptions is read and expanded, beside a series whose rule is bad', () => {
    const exception = (index: number) => {
      const at = Temporal.PlainDateTime.from('2025-01-01T09:00')
        .add({ days: index })
        .toString({ smallestUnit: 'second' })
        .replaceAll(/[-:]/g, '');
      return [
        'UID:many',
        `RECURRENCE-ID;TZID=Europe/London:${at}`,
        `DTSTART;TZID=Europe/London:${at.replace('T09', 'T11')}`,
        `DTEND;TZID=Europe/London:${at.replace('T09', 'T12')}`,
      ];
    };
    const master = [
      'UID:many',
      'DTSTART;TZID=Europe/London:20250101T090000',
      'DTEND;TZID=Europe/London:20250101T100000',
      'RRULE:FREQ=DAILY',
    ];
    const bad = ['UID:bad', 'DTSTART:20270101T090000Z', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'];
    const text = calendar(bad, master, ...Array.from({ length: 729 }, (_, index) => exception(index)));
    const { items, problems } = readCalendar(text, { zone: london });
    expect(problems).toEqual([{ uid: 'bad', problem: 'the rule never happens' }]);
    const [item] = items;
    const range = { from: Date.parse('2026-12-25T00:00Z'), to: Date.parse('2027-01-05T00:00Z') };
    const found = occurrences(item!.face.when, item!.face.series, range, 100).starts;
    expect(found.map(({ when }) => when.start.slice(11, 13))).toEqual([
      '11',
      '11',
      '11',
      '11',
      '11',
      '11',
      '09',
      '09',
      '09',
      '09',
      '09',
    ]);
  });

  test('the newer of two with one UID is read, and the other named', () => {
    expect(only('duplicate-uid').face.title).toBe('Newer');
    expect(load('duplicate-uid').problems).toEqual([
      { uid: 'twice@fixture', problem: 'several events have this UID; the newest is read' },
    ]);
  });
});

describe('the external calendars of TIDEWRACK', () => {
  const count = (name: string) =>
    load(name, external).items.reduce(
      (sum, { face }) => sum + occurrences(face.when, face.series, until28May, 999).starts.length,
      0,
    );

  test.each([
    ['X01', 48],
    ['X03', 70],
    ['X13', 11],
    ['X16', 13],
  ])('%s has %i occurrences', (name, occurring) => {
    expect(load(name, external).problems).toEqual([]);
    expect(count(name)).toBe(occurring);
  });

  test('X11 is read as London time and flagged', () => {
    expect(only('X11', external)).toMatchObject({
      face: { when: timed('2027-03-29T09:00:00', '2027-03-29T10:00:00') },
      flags: ['floating-time'],
    });
  });

  test('X12 is 15:00 to 16:00 in London', () => {
    expect(rangeOf(only('X12', external).face.when)).toEqual({
      from: Date.parse('2027-03-15T15:00Z'),
      to: Date.parse('2027-03-15T16:00Z'),
    });
  });

  test('free, tentative and absent are told apart', () => {
    const facts = ['X02', 'X03', 'X05', 'X06', 'X07', 'X14', 'X15'].map(name => [name, only(name, external).face.busy]);
    expect(Object.fromEntries(facts)).toEqual({
      X02: 'busy',
      X03: 'free',
      X05: 'busy',
      X06: 'free',
      X07: 'tentative',
      X14: 'tentative',
      X15: 'busy',
    });
    expect(only('X05', external).face.when).toEqual(wholeDays('2027-04-10', '2027-04-12'));
  });
});

describe('a hostile text', () => {
  const samples = readdirSync(folder).map(name => decodeCalendar(readFileSync(new URL(name, folder))));
  test('never makes the reader throw anything but an IcalError', () => {
    const edits = fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom(
          '',
          ':',
          ';',
          '\r\n',
          '"',
          'END:VEVENT\r\n',
          'BEGIN:VEVENT\r\n',
          '99999999999',
          '\ud83d',
          'Z',
          '-',
        ),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...samples), edits, (sample, changes) => {
        const text = changes.reduce((done, [at, put]) => {
          const index = done.length === 0 ? 0 : at % done.length;
          return done.slice(0, index) + put + done.slice(index + 3);
        }, sample);
        try {
          for (const { face, blocks } of readCalendar(text, { zone: london }).items)
            busyBlocks(face, blocks, until28May);
        } catch (error) {
          expect(error).toBeInstanceOf(IcalError);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('of more than 5 MB, or with too many components, is refused', () => {
    const big = calendar(['UID:x', `SUMMARY:${'x'.repeat(5_000_001)}`]);
    expect(() => readCalendar(big, { zone: london })).toThrow(expect.objectContaining({ kind: 'too-large' }));
    const many = calendar(...Array.from({ length: 20_001 }, () => []));
    expect(() => readCalendar(many, { zone: london })).toThrow(expect.objectContaining({ kind: 'too-large' }));
  });
});
