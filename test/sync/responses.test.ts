/** Answers that show on our invitations in people's calendars, through the whole engine over CalDAV. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mode } from '../../src/model/calendar.ts';
import { brandId, type PersonId, type VenueId } from '../../src/model/ids.ts';
import { recordReply } from '../../src/schedule/reply.ts';
import { calendarOf, id, named, type Office, openOffice, tide } from './office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice(['C02']);
  await prefer('two-way');
  await setAddress('Ann@tide.test');
  await office.save('E001', { required: named('C02') });
});
afterEach(() => office[Symbol.asyncDispose]());

/** They are invited by mail, and their mail program files it. */
async function prefer(mode: Mode): Promise<void> {
  const { link } = await office.row('C02');
  await office.store.write(r => r.calendars.putLink({ ...link, mode, carrier: 'invite' }));
}

async function setAddress(email: string): Promise<void> {
  await office.store.write(async r => {
    const person = (await r.schedule.snapshot(tide)).people.get(brandId<PersonId>('C02'));
    if (person) await r.schedule.putPerson({ ...person, email, version: person.version + 1 }, person.version);
  });
}

async function file(partstat: string, address = 'ann@TIDE.test'): Promise<void> {
  const { uid } = (await office.store.read(r => r.schedule.event(tide, id('E001')))) ?? { uid: '' };
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20270222T090000Z',
    'DTSTART;TZID=Europe/London:20270308T100000',
    'DTEND;TZID=Europe/London:20270308T110000',
    'SUMMARY:Meeting E001',
    'ORGANIZER:mailto:office@tide.test',
    `ATTENDEE;PARTSTAT=${partstat}:mailto:${address}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  office.add('C02', 'invitation.ics', `${lines.join('\r\n')}\r\n`);
}

const edit = (from: string, to: string) => office.edit('C02', 'ORGANIZER', text => text.replace(from, to));
const answers = async () => {
  const replies = await office.store.read(r => r.replies.of(tide, id('E001')));
  return replies.map(({ answer, source }) => `${answer} ${source}`);
};

describe('the answer on an invitation that a mail program filed', () => {
  it('S86 is on record once, and again only when it changes', async () => {
    await file('NEEDS-ACTION');
    await office.sync();
    expect(await answers()).toEqual([]);
    edit('NEEDS-ACTION', 'ACCEPTED');
    await office.sync();
    edit('SUMMARY:Meeting', 'SUMMARY:My meeting');
    await office.sync();
    expect(await answers()).toEqual(['accepted calendar']);
    edit('ACCEPTED', 'DECLINED');
    await office.sync();
    expect(await answers()).toEqual(['accepted calendar', 'declined calendar']);
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, inbound: 0 });
  });

  it('is not taken for a new one when all is read anew, even after another answer by mail', async () => {
    await file('ACCEPTED');
    await office.sync();
    const by = brandId<PersonId>('C02');
    const given = { production: tide, event: id('E001'), by, person: by, answer: 'declined' } as const;
    const rest = { occurrence: null, proposed: null, comment: '', source: 'mail', version: 1, at: null } as const;
    await office.store.write(r => recordReply(r, { ...given, ...rest }, office.parts.runtime));
    await office.store.write(async r => {
      await r.copies.forget(
        calendarOf('C02'),
        (await r.copies.sights(calendarOf('C02'))).map(one => one.observed.remoteId),
      );
      await r.calendars.patch(calendarOf('C02'), { cursor: null });
    });
    await office.sync();
    expect(await answers()).toEqual(['accepted calendar', 'declined mail']);
  });

  it('is no new answer, and so none to a new place, while nobody has answered anew', async () => {
    await file('ACCEPTED');
    await office.sync();
    await office.save('E001', { venue: brandId<VenueId>('V02') });
    edit('SUMMARY:Meeting', 'SUMMARY:My meeting');
    await office.sync();
    expect(await answers()).toEqual(['accepted calendar']);
    edit('ACCEPTED', 'NEEDS-ACTION');
    await office.sync();
    office.clock += 60_000;
    edit('NEEDS-ACTION', 'ACCEPTED');
    await office.sync();
    expect(await answers()).toEqual(['accepted calendar', 'accepted calendar']);
  });

  it('is somebody else’s where the invitation was passed on', async () => {
    await file('ACCEPTED', 'friend@elsewhere.test');
    await office.sync();
    expect(await answers()).toEqual([]);
  });

  it('is not read where we only read when somebody is busy', async () => {
    await prefer('busy');
    await file('ACCEPTED');
    await office.sync();
    expect(await answers()).toEqual([]);
  });
});
