import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCalendar } from '../../src/ical/read.ts';
import { canonFields, editResource, unmarkResource, writeResource } from '../../src/ical/write.ts';
import { type Face, notesLine, sameFace } from '../../src/model/face.ts';
import { brandId, type CopyKey } from '../../src/model/ids.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { faces, london, timed, wholeDays } from './faces.ts';

const now = Date.parse('2027-03-01T08:00:00Z');
const marker = { key: brandId<CopyKey>('0123456789abcdef0123456789abcdef'), version: 3 };
const uid = 'e026@callboard';

function write(face: Face, status: 'confirmed' | 'tentative' = 'confirmed'): string {
  return writeResource({ marker, uid, face, status }, now);
}

function read(text: string, zone = london) {
  const { items, problems } = readCalendar(text, { zone });
  expect(problems).toEqual([]);
  expect(items).toHaveLength(1);
  return items[0]!;
}

function lines(text: string): string[] {
  return text.replaceAll('\r\n ', '').split('\r\n');
}

describe('a written calendar object', () => {
  test('reads back as the canonical form of what was written', () => {
    fc.assert(
      fc.property(faces, face => {
        const text = write(face);
        const item = read(text, face.when.zone);
        const canon = { ...face, ...canonFields(face) };
        expect(item.face).toEqual(canon);
        expect(sameFace(item.face, canon)).toBe(true);
        expect(canonFields(canon)).toEqual(canon);
        expect([item.marker, item.uid, item.own.notes]).toEqual([marker, uid, '']);
      }),
      { numRuns: 300 },
    );
  });

  test('has lines of at most 75 octets that all end in CRLF, and nothing that invites anybody', () => {
    fc.assert(
      fc.property(faces, face => {
        const text = write(face);
        expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
        for (const line of text.split('\r\n')) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          expect(line).not.toMatch(/[\r\n]/);
        }
        expect(
          lines(text).filter(line => /^(METHOD|ATTENDEE|ORGANIZER|COLOR|CATEGORIES|BEGIN:VALARM)/.test(line)),
        ).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('says TENTATIVE for a pencilled event and DTSTAMP in UTC', () => {
    const face = faceOf();
    expect(lines(write(face, 'tentative'))).toContain('STATUS:TENTATIVE');
    expect(lines(write(face))).toContain('STATUS:CONFIRMED');
    expect(lines(write(face))).toContain('DTSTAMP:20270301T080000Z');
    expect(lines(write(face))).toContain('X-CALLBOARD-COPY:0123456789abcdef0123456789abcdef;v=3');
  });

  test('S41 an all-day hold is the same date for readers in Los Angeles, London and Sydney', () => {
    const text = write(faceOf({ when: wholeDays('2027-03-14', '2027-03-15') }));
    for (const zone of ['America/Los_Angeles', 'Europe/London', 'Australia/Sydney']) {
      expect(read(text, brandId(zone)).face.when).toMatchObject({
        kind: 'all-day',
        start: '2027-03-14',
        end: '2027-03-15',
      });
    }
    expect(lines(text)).toEqual(expect.arrayContaining(['DTSTART;VALUE=DATE:20270314', 'DTEND;VALUE=DATE:20270315']));
    expect(text).not.toContain('VTIMEZONE');
  });
});

describe('an edited calendar object', () => {
  const native = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Somebody//EN',
    'X-WR-CALNAME:Kept',
    'BEGIN:VTIMEZONE',
    'TZID:Europe/London',
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0000',
    'TZOFFSETTO:+0000',
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'UID:e026@callboard',
    'DTSTAMP:20270101T000000Z',
    'SEQUENCE:7',
    'DTSTART;TZID=Europe/London:20270316T080000',
    'DURATION:PT2H',
    'SUMMARY;LANGUAGE=en:Tech recce',
    'LOCATION:Old mill',
    'GEO:51.000000;-3.000000',
    `DESCRIPTION:Meet at 8\\n\\n${notesLine}\\nbring boots\\, please\\n`,
    'X-CALLBOARD-COPY:0123456789abcdef0123456789abcdef;v=2',
    'COLOR:tomato',
    'CATEGORIES:Work,Out\\, about',
    'ATTENDEE;CN="Smith, J":mailto:j@example.test',
    'X-ODD;P="a:b";Q=^n:raw\\,value;x',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT30M',
    'DESCRIPTION:Reminder',
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  const edit = (text: string, fields: Partial<Face>) =>
    editResource(text, { marker: { ...marker, version: 4 }, fields, status: 'confirmed' }, now);

  test('changes the title and its own stamps, and no other line', () => {
    const after = lines(edit(native, { title: 'Recce, technical' }));
    const before = lines(native);
    expect(before.filter(line => !after.includes(line))).toEqual([
      'DTSTAMP:20270101T000000Z',
      'SUMMARY;LANGUAGE=en:Tech recce',
      'X-CALLBOARD-COPY:0123456789abcdef0123456789abcdef;v=2',
    ]);
    expect(after.filter(line => !before.includes(line))).toEqual([
      'DTSTAMP:20270301T080000Z',
      'SUMMARY:Recce\\, technical',
      'X-CALLBOARD-COPY:0123456789abcdef0123456789abcdef;v=4',
      'LAST-MODIFIED:20270301T080000Z',
    ]);
  });

  test('keeps the notes below the line when ours change', () => {
    const item = read(edit(native, { notes: 'Meet at 9' }));
    expect(item.face.notes).toBe('Meet at 9');
    expect(item.own.notes).toBe('bring boots, please\n');
  });

  test('drops the map of the old place with the place', () => {
    expect(edit(native, { place: 'New mill' })).not.toContain('GEO:');
    expect(edit(native, { place: 'Old mill' })).toContain('GEO:51');
  });

  test('moves to another zone with its VTIMEZONE and without the old one or the DURATION', () => {
    const when = timed('2027-03-17T09:00:00', '2027-03-17T11:00:00', brandId('Europe/Paris'));
    const text = edit(native, { when });
    expect(read(text).face.when).toEqual(when);
    expect(text).not.toMatch(/DURATION|Europe\/London/);
    expect(text).toContain('TZID:Europe/Paris');
  });

  test('turns into whole days and back without remnants', () => {
    const days = edit(native, { when: wholeDays('2027-03-16', '2027-03-18') });
    expect(read(days).face.when).toEqual(wholeDays('2027-03-16', '2027-03-18'));
    expect(days).not.toContain('TZID');
    const when = timed('2027-03-16T08:00:00', '2027-03-16T10:00:00');
    const back = edit(days, { when });
    expect(read(back).face.when).toEqual(when);
    expect(back).not.toContain('VALUE=DATE');
  });

  test('writes any fields so that they read back as their canonical form, whatever stood there', () => {
    fc.assert(
      fc.property(faces, faces, (old, face) => {
        const item = read(edit(write(old), face), face.when.zone);
        expect(item.face).toEqual({ ...face, ...canonFields(face) });
        expect(item.marker?.version).toBe(4);
      }),
      { numRuns: 200 },
    );
  });

  test('keeps what a person added to a changed occurrence that stays', () => {
    const occurrence = brandId<OccurrenceStart>('2027-03-23T08:00:00');
    const own = {
      when: timed('2027-03-23T10:00:00', '2027-03-23T12:00:00'),
      title: 'Later',
      place: '',
      notes: '',
      busy: 'busy' as const,
    };
    const series = { rrule: 'FREQ=WEEKLY', exdates: [], overrides: [{ occurrence, face: own }] };
    const whole = write(faceOf({ when: timed('2027-03-16T08:00:00', '2027-03-16T10:00:00'), series }));
    const touched = whole.replace('SUMMARY:Later', 'X-MINE:yes\r\nSUMMARY:Later');
    const moved = timed('2027-03-16T09:00:00', '2027-03-16T10:00:00');
    const text = edit(touched, { when: moved });
    expect(text).toContain('X-MINE:yes');
    expect(text).toContain('RECURRENCE-ID;TZID=Europe/London:20270323T090000');
    expect(read(text).face.series?.overrides).toHaveLength(1);
    const without = edit(touched, { series: { ...series, exdates: [occurrence], overrides: [] } });
    expect(without).not.toContain('X-MINE');
    expect(without).toContain('EXDATE;TZID=Europe/London:20270323T080000');
    expect(edit(touched, { series: null })).not.toMatch(/FREQ=WEEKLY|RECURRENCE-ID/);
  });

  test('a series is not written beside a start in UTC without its time', () => {
    const inUtc = native.replace('DTSTART;TZID=Europe/London:20270316T080000', 'DTSTART:20270316T080000Z');
    const series = { rrule: 'FREQ=WEEKLY', exdates: [], overrides: [] };
    expect(() => edit(inUtc, { series })).toThrow(expect.objectContaining({ name: 'IcalError', kind: 'bad-value' }));
  });

  test('loses nothing but the mark when it is unmarked', () => {
    const after = lines(unmarkResource(native));
    expect(lines(native).filter(line => !after.includes(line))).toEqual([
      'X-CALLBOARD-COPY:0123456789abcdef0123456789abcdef;v=2',
    ]);
  });
});

function faceOf(fields: Partial<Face> = {}): Face {
  const when = timed('2027-03-16T08:00:00', '2027-03-16T10:00:00');
  return { when, title: 'Recce', place: '', notes: '', url: null, busy: 'busy', series: null, ...fields };
}
