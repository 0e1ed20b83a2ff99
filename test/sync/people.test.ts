/** Who gets what: live groups, leavers, held kinds, and the privacy of other people's entries. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Invitee } from '../../src/model/event.ts';
import { brandId, type GroupId, type PersonId, type VenueId } from '../../src/model/ids.ts';
import type { LocalDate } from '../../src/model/when.ts';
import { savePerson, saveVenue } from '../../src/schedule/directory.ts';
import { issueEvent, saveEvent } from '../../src/schedule/save.ts';
import { root } from '../e2e/command.ts';
import { id, named, type Office, openOffice, tide, timed } from './office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice(['C02', 'C03']);
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const camera: Invitee = { kind: 'group', ref: brandId<GroupId>('dept:Camera') };
const change = async (person: string, changes: object) =>
  await office.store.write(async r => {
    const { people } = await r.schedule.snapshot(tide);
    const current = people.get(brandId<PersonId>(person));
    if (!current) throw new Error('no such person');
    await savePerson(r, { ...current, ...changes }, current.version);
  });

describe('live groups', () => {
  it('a joiner to a department gets its events, and one who leaves it loses them', async () => {
    await office.save('E001', { required: [camera] });
    expect(await office.sync()).toMatchObject({ created: 0 });
    await change('C03', { department: 'Camera' });
    expect(await office.sync()).toMatchObject({ created: 1 });
    expect(office.items('C03')).toHaveLength(1);
    await change('C03', { department: 'Sound' });
    expect(await office.sync()).toMatchObject({ deleted: 1 });
    expect(office.items('C03')).toEqual([]);
    await change('C03', { department: 'Camera' });
    expect(await office.sync()).toMatchObject({ created: 1, failed: [], conflicts: 0 });
    expect(office.items('C03')).toHaveLength(1);
  });

  it('S91 a leaver’s later copies go, under the brakes; what is over stays', async () => {
    const last = '2027-03-10' as LocalDate;
    for (let n = 1; n <= 9; n += 1) {
      await office.save(`E00${n}`, {
        required: named('C03'),
        when: timed(`2027-03-0${n}T10:00`, `2027-03-0${n}T11:00`),
      });
    }
    await office.sync();
    for (let n = 1; n <= 9; n += 1) {
      await office.save(`F00${n}`, {
        required: named('C03'),
        when: timed(`2027-04-0${n}T10:00`, `2027-04-0${n}T11:00`),
      });
    }
    await office.sync();
    await change('C03', { end: last });
    expect(await office.sync()).toMatchObject({ deleted: 0 });
    expect(await office.findings('open')).toMatchObject([{ kind: 'brake', person: 'C03' }]);
    await office.store.write(r => r.calendars.patch('C03-caldav' as never, { released: true, plannedFrom: null }));
    expect(await office.sync()).toMatchObject({ deleted: 9 });
    expect(office.items('C03')).toHaveLength(9);
  });

  it('a venue that gets another address changes every copy of its events', async () => {
    await office.save('E001', { required: named('C02', 'C03') });
    await office.sync();
    await office.store.write(async r => {
      const venue = (await r.schedule.snapshot(tide)).venues.get(brandId<VenueId>('V01'));
      if (venue) await saveVenue(r, { ...venue, address: '9 New Street, Bristol' }, venue.version);
    });
    expect(await office.sync()).toMatchObject({ updated: 2 });
    expect(office.items('C03')[0]).toContain('9 New Street');
  });
});

describe('held kinds', () => {
  it('a change of a held kind is shown to nobody until it is issued', async () => {
    const held = ['recce_tech'] as const;
    const editing = { production: tide, by: 'Bethan', source: 'web' as const, now: office.clock, held };
    const first = await office.save('E001', { kind: 'recce_tech', status: 'issued' });
    await office.sync();
    const saved = await office.store.write(r =>
      saveEvent(r, {
        ...editing,
        id: id('E001'),
        expected: first.version,
        content: { ...first.content, title: 'Revision 7' },
      }),
    );
    expect(await office.sync()).toMatchObject({ updated: 0 });
    expect(office.items('C02')[0]).not.toContain('Revision 7');
    await office.store.write(r => issueEvent(r, { ...editing, id: id('E001'), expected: saved.version }));
    expect(await office.sync()).toMatchObject({ updated: 1 });
    expect(office.items('C02')[0]).toContain('Revision 7');
  });
});

describe('privacy', () => {
  it('S89 S90 of other entries nothing but times is stored: no text of X01 to X16 is found in a whole backup', async () => {
    const folder = join(root, 'fixtures', 'tidewrack', 'external');
    for (const name of (await readdir(folder)).filter(file => file.endsWith('.ics'))) {
      office.add('C02', name, await readFile(join(folder, name), 'utf8'));
    }
    expect(await office.sync('C02')).toMatchObject({ failed: [] });
    const busy = await office.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }));
    expect(busy.length).toBeGreaterThan(30);
    const place = await mkdtemp(join(tmpdir(), 'callboard-canary-'));
    try {
      await office.store.backup(join(place, 'backup'));
      const raw = await readFile(join(place, 'backup'));
      const text = (raw[0] === 0x1f ? gunzipSync(raw) : raw).toString('utf8');
      expect(text).toContain('C02-caldav');
      expect(text).not.toMatch(/canary|Matinee|dentist|1st pencil/i);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  it('an item that our own invitation put there is not busy time and not a second entry', async () => {
    const event = await office.save('E001');
    const lines = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Mail//EN',
      'BEGIN:VEVENT',
      `UID:${event.uid}`,
      'DTSTAMP:20270101T000000Z',
    ];
    lines.push(
      'DTSTART;TZID=Europe/London:20270308T100000',
      'DTEND;TZID=Europe/London:20270308T110000',
      'SUMMARY:Filed from mail',
    );
    office.add('C02', 'filed.ics', `${[...lines, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n')}\r\n`);
    await office.sync('C02');
    expect(office.items('C02')).toHaveLength(1);
    const busy = await office.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }));
    expect(busy).toEqual([]);
  });
});
