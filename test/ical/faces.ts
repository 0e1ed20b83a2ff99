/** Generated faces, whens and rules for the tests of this folder. */
import fc from 'fast-check';
import type { Face } from '../../src/model/face.ts';
import { brandId } from '../../src/model/ids.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../../src/model/series.ts';
import { addDays, type LocalDate, type LocalDateTime, type When, type ZoneName } from '../../src/model/when.ts';

export const zoneNames = [
  'Europe/London',
  'Europe/Paris',
  'Europe/Kyiv',
  'Europe/Kiev',
  'Europe/Dublin',
  'America/New_York',
  'America/Vancouver',
  'America/Ciudad_Juarez',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'UTC',
].map(name => brandId<ZoneName>(name));

export const london = brandId<ZoneName>('Europe/London');

export function timed(start: string, end: string, zone = london): When {
  return { kind: 'timed', start: brandId<LocalDateTime>(start), end: brandId<LocalDateTime>(end), zone };
}

export function wholeDays(start: string, end: string, zone = london): When {
  return { kind: 'all-day', start: brandId<LocalDate>(start), end: brandId<LocalDate>(end), zone };
}

const days = fc.integer({ min: 0, max: 1500 }).map(count => addDays(brandId<LocalDate>('2026-12-01'), count));
const minutes = fc.integer({ min: 0, max: 2 * 24 * 60 });

function later(start: string, length: number): string {
  return Temporal.PlainDateTime.from(start).add({ minutes: length }).toString({ smallestUnit: 'second' });
}

function timedIn(zone: ZoneName): fc.Arbitrary<When> {
  return fc.tuple(days, fc.integer({ min: 0, max: 287 }), minutes).map(([day, slot, length]) => {
    const start = later(`${day}T00:00:00`, slot * 5);
    return timed(start, later(start, length), zone);
  });
}

function wholeDaysIn(zone: ZoneName): fc.Arbitrary<When> {
  return fc
    .tuple(days, fc.integer({ min: 1, max: 9 }))
    .map(([day, count]) => wholeDays(day, addDays(day, count), zone));
}

export const whens: fc.Arbitrary<When> = fc
  .constantFrom(...zoneNames)
  .chain(zone => fc.oneof({ weight: 3, arbitrary: timedIn(zone) }, { weight: 1, arbitrary: wholeDaysIn(zone) }));

/** Text with everything that breaks calendars: line ends, separators, quotes, halves of pairs, our own line. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .array(
      fc.constantFrom(
        'a',
        'Kalí',
        '日本語',
        '😀',
        '👩‍👩‍👧',
        '\r\n',
        '\r',
        '\n',
        '\t',
        '\\',
        '\\n',
        ';',
        ',',
        ':',
        '"',
        '^n',
        '\u2028',
        '\u0000',
        '\ud83d',
        'BEGIN:VEVENT\n',
        ' ',
      ),
      { maxLength: 60 },
    )
    .map(parts => parts.join('')),
  fc.constant('x'.repeat(9000)),
);

const busies = fc.constantFrom('busy' as const, 'free' as const, 'tentative' as const);
const rules = fc.constantFrom(
  'FREQ=DAILY;COUNT=40',
  'FREQ=WEEKLY;BYDAY=MO,WE',
  'FREQ=WEEKLY;INTERVAL=2',
  'FREQ=WEEKLY;UNTIL=20270601T090000Z',
  'FREQ=DAILY;UNTIL=20270501',
  'FREQ=MONTHLY;BYDAY=-1FR',
  'FREQ=YEARLY',
);

function seriesOf(when: When): fc.Arbitrary<Series> {
  const occurrences = days.map(day =>
    brandId<OccurrenceStart>(when.kind === 'all-day' ? day : `${day}${when.start.slice(10)}`),
  );
  const faces: fc.Arbitrary<OccurrenceFace> = fc.record({
    when: fc.oneof(timedIn(when.zone), wholeDaysIn(when.zone), timedIn(london)),
    title: texts,
    place: texts,
    notes: texts,
    busy: busies,
  });
  return fc.record({
    rrule: rules,
    exdates: fc.array(occurrences, { maxLength: 5 }),
    overrides: fc.array(fc.record({ occurrence: occurrences, face: faces }), { maxLength: 4 }),
  });
}

const urls = fc.oneof(
  fc.constant(null),
  fc.webUrl({ withQueryParameters: true }),
  fc.constant('https://x.test/é\r\nX:y'),
);

export const faces: fc.Arbitrary<Face> = whens.chain(when =>
  fc.record({
    when: fc.constant(when),
    title: texts,
    place: texts,
    notes: texts,
    url: urls,
    busy: busies,
    series: fc.option(seriesOf(when)),
  }),
);
