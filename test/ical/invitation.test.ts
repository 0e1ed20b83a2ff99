import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Invitation, writeInvitation } from '../../src/ical/invitation.ts';
import { readCalendar } from '../../src/ical/read.ts';
import { brandId } from '../../src/model/ids.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { london, texts, timed, whens } from './faces.ts';

const invitation: Invitation = {
  method: 'REQUEST',
  uid: 'e026@callboard',
  sequence: 3,
  stampedAt: Date.parse('2027-03-01T08:00:00Z'),
  organizer: { name: 'TIDEWRACK production', address: 'office@tidewrack.test' },
  attendee: { name: 'Bo "Grip" Larsen\r\nATTENDEE:x', address: 'bo@fixture.test', role: 'required' },
  when: timed('2027-03-16T08:00:00', '2027-03-16T18:00:00'),
  title: 'Technical recce',
  place: 'Old mill, Bath',
  description: 'Meet at 08:00\nBring boots',
  url: 'https://callboard.test/e/E026',
  status: 'confirmed',
  recurrence: null,
  geo: { lat: 51.387, lon: -2.362 },
};

function lines(fields: Partial<Invitation> = {}): string[] {
  return writeInvitation({ ...invitation, ...fields })
    .replaceAll('\r\n ', '')
    .split('\r\n');
}

describe('an invitation', () => {
  test('is one iTIP request to one reader', () => {
    expect(lines().filter(line => !/^(TZ|RRULE|DTSTART:|BEGIN:[DS]|END:[DS])/.test(line))).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//callboard//callboard//EN',
      'CALSCALE:GREGORIAN',
      'METHOD:REQUEST',
      'BEGIN:VTIMEZONE',
      'END:VTIMEZONE',
      'BEGIN:VEVENT',
      'UID:e026@callboard',
      'DTSTAMP:20270301T080000Z',
      'SEQUENCE:3',
      'ORGANIZER;CN=TIDEWRACK production:mailto:office@tidewrack.test',
      `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Bo 'Grip' Larsen ATTENDEE:x":mailto:bo@fixture.test`,
      'DTSTART;TZID=Europe/London:20270316T080000',
      'DTEND;TZID=Europe/London:20270316T180000',
      'SUMMARY:Technical recce',
      'LOCATION:Old mill\\, Bath',
      'GEO:51.387000;-2.362000',
      'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=72;X-TITLE="Old mill, Bath":geo:51.387000,-2.362000',
      'DESCRIPTION:Meet at 08:00\\nBring boots',
      'URL:https://callboard.test/e/E026',
      'STATUS:CONFIRMED',
      'TRANSP:OPAQUE',
      'X-MICROSOFT-CDO-BUSYSTATUS:BUSY',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ]);
  });

  test('that is cancelled asks nothing and says so', () => {
    const cancel = lines({ method: 'CANCEL', sequence: 4, status: 'cancelled' });
    expect(cancel).toEqual(
      expect.arrayContaining(['METHOD:CANCEL', 'STATUS:CANCELLED', 'SEQUENCE:4', 'TRANSP:TRANSPARENT']),
    );
    expect(cancel.join()).not.toMatch(/RSVP|PARTSTAT|VALARM/);
    expect(() => lines({ status: 'cancelled' })).toThrow(expect.objectContaining({ kind: 'bad-value' }));
  });

  test('to one occurrence names it in its own zone', () => {
    expect(lines({ recurrence: brandId<OccurrenceStart>('2027-03-09T08:00:00') })).toContain(
      'RECURRENCE-ID;TZID=Europe/London:20270309T080000',
    );
  });

  test('of a pencilled event is tentative in every word', () => {
    expect(lines({ status: 'tentative' })).toEqual(
      expect.arrayContaining(['STATUS:TENTATIVE', 'X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE']),
    );
  });

  test('holds its shape whatever is typed, and reads back at the same time', () => {
    fc.assert(
      fc.property(whens, texts, texts, texts, (when, title, place, description) => {
        const text = writeInvitation({ ...invitation, when, title, place, description });
        for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        const unfolded = text.replaceAll('\r\n ', '').split('\r\n');
        expect(unfolded.filter(line => /^(ATTENDEE|METHOD|BEGIN:VEVENT|DTSTAMP|SUMMARY)/.test(line))).toHaveLength(5);
        const { items, problems, method } = readCalendar(text, { zone: when.zone });
        expect([problems, method, items[0]?.face.when]).toEqual([[], 'REQUEST', when]);
        expect(items[0]?.face.title.length).toBeLessThanOrEqual(255);
        expect(items[0]?.face.place.length).toBeLessThanOrEqual(255);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    '',
    'bo',
    'bo@',
    'bo@fixture.test\r\nX:y',
    'bo@fixture.test,al@fixture.test',
    'bo larsen@fixture.test',
    '<bo@fixture.test>',
  ])('is not written to %j', address => {
    expect(() => lines({ attendee: { ...invitation.attendee, address } })).toThrow(
      expect.objectContaining({ name: 'IcalError', kind: 'bad-address' }),
    );
  });

  test('reaches an international domain in its ASCII form', () => {
    expect(lines({ attendee: { ...invitation.attendee, address: 'bo@bücher.example' } }).join('\n')).toContain(
      'mailto:bo@xn--bcher-kva.example',
    );
  });

  test('of whole days has dates and no zone', () => {
    const text = lines({
      when: { kind: 'all-day', start: brandId('2027-03-14'), end: brandId('2027-03-15'), zone: london },
    });
    expect(text).toContain('DTSTART;VALUE=DATE:20270314');
    expect(text.join()).not.toContain('TZID');
  });
});
