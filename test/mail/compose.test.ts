import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { composeMail } from '../../src/mail/compose.ts';
import { readMailbox, whenWords } from '../../src/mail/words.ts';
import { eventUid } from '../../src/model/identity.ts';
import { brandId } from '../../src/model/ids.ts';
import type { Mail } from '../../src/model/message.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import type { LocalDate, ZoneName } from '../../src/model/when.ts';
import {
  asked,
  at,
  copied,
  Desk,
  edited,
  event,
  london,
  office,
  person,
  production,
  snapshotOf,
  timed,
  venue,
  withEvents,
} from './world.ts';

const morning = at('2027-03-01T09:00');
const people = [person({ id: 'C01', name: 'Ilse Kavanagh-Marr' })];
const venues = [venue({ id: 'V01', lat: 51.4475, lon: -2.566 }), venue({ id: 'V02' })];
const recce = event('E026', { kind: 'recce_tech', title: 'Technical recce day 1 (Bristol)', required: asked('C01') });
const base = snapshotOf([recce], { people, venues });

/** The mail of the one message that a planning puts. */
function mailOf(desk: Desk, snapshot: ScheduleSnapshot, now = morning): Mail {
  const [message] = desk.plan(snapshot, now);
  if (!message) throw new Error('nothing is to be said');
  const told = desk.told.find(one => one.event === message.event) ?? null;
  return composeMail({ message, told, snapshot, carriers: desk.carriers, office, now });
}
function invitedDesk(snapshot = base): Desk {
  const desk = new Desk();
  desk.plan(snapshot, morning);
  desk.deliver(snapshot, morning);
  return desk;
}
function calendarOf(mail: Mail) {
  const root = new ICAL.Component(ICAL.parse(mail.calendar?.ics ?? ''));
  const item = root.getFirstSubcomponent('vevent');
  const value = (name: string) => String(item?.getFirstPropertyValue(name));
  return { method: root.getFirstPropertyValue('method'), value, attendees: item?.getAllProperties('attendee') ?? [] };
}
const later = morning + 3_600_000;

describe('an invitation', () => {
  const mail = mailOf(new Desk(), base);

  it('says what, when with the weekday, where with address and map, whom to ask, and its version', () => {
    for (const part of [
      'You are asked to Technical recce day 1 (Bristol).',
      'When:    Tue 16 Mar 2027, 14:00-15:00\n',
      'Where:   Venue V01, V01 Road, Bristol BS1 1AA\n         https://www.openstreetmap.org/?mlat=51.4475&mlon=-2.566#map=17/51.4475/-2.566',
      'Bristol office 0117 496 0100, or reply to this mail (schedule@tidewrack.test)',
      'TIDEWRACK, version 1, issued Mon 1 Mar 2027 09:00',
    ]) {
      expect(mail.text).toContain(part);
    }
    expect([mail.subject, mail.from, mail.to]).toEqual([
      'TIDEWRACK: Technical recce day 1 (Bristol)',
      '"TIDEWRACK Office" <schedule@tidewrack.test>',
      '"Ilse Kavanagh-Marr" <c01@example.test>',
    ]);
  });

  it('says the same in HTML, and fetches nothing from anywhere', () => {
    const shown = mail.html
      .replace(/<[^>]*>/g, ' ')
      .replaceAll('&#39;', "'")
      .replace(/\s+/g, ' ');
    for (const part of ['Tue 16 Mar 2027, 14:00-15:00', 'Venue V01, V01 Road, Bristol BS1 1AA', 'version 1']) {
      expect(shown).toContain(part);
    }
    expect(mail.html).not.toMatch(/<img|src=|url\(|<script/i);
  });

  it('S40 carries the same UID as the copy in a calendar, one attendee and the office as organiser', () => {
    const { method, value, attendees } = calendarOf(mail);
    expect(method).toBe('REQUEST');
    expect(value('uid')).toBe(eventUid(production, brandId('E026'), 0));
    expect(value('organizer')).toBe('mailto:schedule@tidewrack.test');
    expect(attendees.map(one => one.getFirstValue())).toEqual(['mailto:c01@example.test']);
    expect([value('dtstart'), value('sequence'), value('status')]).toEqual(['2027-03-16T14:00:00', '0', 'CONFIRMED']);
  });

  it('is plain for who has a copy in a linked calendar, and for who reads about somebody else', () => {
    const desk = new Desk();
    desk.carriers = copied;
    expect(mailOf(desk, base).calendar).toBeNull();
    const agent = person({ id: 'AG1', kind: 'agent' });
    const artist = person({ id: 'C01', kind: 'cast', name: 'Seren Star', agent: 'AG1', routing: 'agent_only' });
    const notice = mailOf(new Desk(), snapshotOf([recce], { people: [artist, agent], venues }));
    expect(notice.calendar).toBeNull();
    expect(notice.text).toContain('Seren Star is asked to Technical recce day 1 (Bristol).');
    expect(notice.to).toBe('"Person AG1" <ag1@example.test>');
  });

  it('to a series lists every date and carries no rule', () => {
    const weekly = event('E006', {
      title: 'Weekly meeting',
      required: asked('C01'),
      rrule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=3',
    });
    const told = mailOf(new Desk(), snapshotOf([weekly], { people, venues }));
    expect(told.calendar).toBeNull();
    expect(told.text).toContain(
      'Tue 16 Mar 2027, 14:00-15:00\nTue 23 Mar 2027, 14:00-15:00\nTue 30 Mar 2027, 14:00-15:00',
    );
  });
});

describe('an update', () => {
  it('S77 shows old and new venue side by side in its first lines, in the thread of the invitation', () => {
    const desk = invitedDesk();
    const mail = mailOf(desk, withEvents(base, edited(recce, { venue: brandId('V02') })), later);
    expect(mail.text.split('\n').slice(0, 3)).toEqual([
      'Changed: Technical recce day 1 (Bristol).',
      '',
      'Where: Venue V01, V01 Road, Bristol BS1 1AA  ->  Venue V02, V02 Road, Bristol BS1 1AA',
    ]);
    expect(mail.html).toMatch(/<s>Venue V01, .*<strong>Venue V02, /);
    expect(mail.subject).toBe('TIDEWRACK: Technical recce day 1 (Bristol)');
    expect(mail.references).toEqual(desk.told[0]?.messageIds);
    const { value } = calendarOf(mail);
    expect([value('sequence'), value('location')]).toEqual(['1', 'Venue V02, V02 Road, Bristol BS1 1AA']);
  });

  it('keeps its calendar part when a calendar was linked since, so that what was filed stays right', () => {
    const desk = invitedDesk();
    desk.carriers = copied;
    expect(mailOf(desk, withEvents(base, edited(recce, { venue: brandId('V02') })), later).calendar?.method).toBe(
      'REQUEST',
    );
  });
});

describe('a cancellation', () => {
  it('S83 has the same UID and a higher sequence, and says what it was', () => {
    const mail = mailOf(invitedDesk(), withEvents(base, edited(recce, { status: 'cancelled' })), later);
    const { method, value } = calendarOf(mail);
    expect([method, value('uid'), value('sequence'), value('status')]).toEqual(['CANCEL', recce.uid, '1', 'CANCELLED']);
    expect(mail.text).toContain('Technical recce day 1 (Bristol) is cancelled.');
    expect(mail.text).toContain('Tue 16 Mar 2027, 14:00-15:00');
  });

  it('to who is no longer asked says that the event goes ahead', () => {
    const mail = mailOf(invitedDesk(), withEvents(base, edited(recce, { required: [] }, false)), later);
    expect(mail.text).toContain('goes ahead without you: You are no longer asked to it.');
  });
});

describe('text of people', () => {
  const nasty = 'Recce"\r\nBcc: thief@example.test\r\n<script>alert(1)</script>\u0000;,\\n';
  const named = [person({ id: 'C01', name: 'Eve "X" <evil@example.test>\r\nBcc: thief@example.test' })];
  const mail = mailOf(
    new Desk(),
    snapshotOf(
      [
        event('E1', {
          title: nasty,
          notes: `${nasty}\nEND:VEVENT\r\nATTENDEE:mailto:thief@example.test`,
          required: asked('C01'),
        }),
      ],
      { people: named, venues },
    ),
  );

  it('opens no header, no address and no tag', () => {
    for (const line of [mail.subject, mail.from, mail.to]) expect(line).not.toMatch(/[\r\n\0]/);
    expect(readMailbox(mail.to)?.address).toBe('c01@example.test');
    expect(mail.to.match(/</g)?.length).toBe(1);
    expect(mail.html).not.toContain('<script');
  });

  it('adds nothing to the calendar part', () => {
    const { attendees, value } = calendarOf(mail);
    expect(attendees.map(one => one.getFirstValue())).toEqual(['mailto:c01@example.test']);
    expect(value('summary')).not.toMatch(/[\r\n\0]/);
    expect(mail.calendar?.ics.match(/^BEGIN:VEVENT/gm)?.length).toBe(1);
  });
});

describe('dates and times', () => {
  it.each([
    [timed('2027-09-16', '08:00', '16:30'), 'Thu 16 Sep 2027, 08:00-16:30'],
    [
      { ...timed('2027-04-20', '20:00', '04:00'), end: '2027-04-21T04:00:00' as never },
      'Tue 20 Apr 2027, 20:00 to Wed 21 Apr 2027, 04:00',
    ],
    [
      { kind: 'all-day', start: '2027-03-26' as LocalDate, end: '2027-03-27' as LocalDate, zone: london } as const,
      'Fri 26 Mar 2027, whole day',
    ],
    [
      { kind: 'all-day', start: '2027-03-26' as LocalDate, end: '2027-03-29' as LocalDate, zone: london } as const,
      'Fri 26 Mar 2027 to Sun 28 Mar 2027, whole days',
    ],
  ])('%j reads %s', (when, words) => {
    expect(whenWords(when, london)).toBe(words);
  });

  it('name the zone and its offset for a reader elsewhere', () => {
    expect(whenWords(timed('2027-04-16', '08:00', '16:30'), 'America/New_York' as ZoneName)).toBe(
      'Fri 16 Apr 2027, 08:00-16:30 (Europe/London time, UTC+01:00)',
    );
  });
});
