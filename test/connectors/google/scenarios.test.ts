/** Acceptance scenarios on the real engine, store and Google connector, against the sandbox. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccountId, brandId, type CalendarId } from '../../../src/model/ids.ts';
import type { OccurrenceStart } from '../../../src/model/series.ts';
import { syncOnce } from '../../../src/sync/sync-once.ts';
import { named, tide, timed } from '../../sync/office.ts';
import { type GoogleOffice, openGoogleOffice } from './google-office.ts';

let office: GoogleOffice;
beforeEach(async () => {
  office = await openGoogleOffice(['C02', 'C03']);
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const minute = 60_000;
const calendar = brandId<CalendarId>('C02-google');
const account = brandId<AccountId>('google:c02@tide.test');
const eleven = timed('2027-03-08T11:00', '2027-03-08T12:00');
const mondays = {
  when: timed('2027-03-08T10:00', '2027-03-08T11:00'),
  rrule: 'FREQ=WEEKLY;COUNT=6',
};
/** Three passes, of which the last two must be quiet. */
async function settle(): Promise<void> {
  await office.sync();
  office.writes();
  await office.sync();
  expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, failed: [] });
  expect(office.writes()).toBe(0);
}

describe('loops', () => {
  it('S29 a quiet calendar is written to once, also by a Google that rewrites what it stores', async () => {
    office.sandbox.world.switches.rewritesRules = true;
    await office.save('E001', { notes: '  Bring <boots> & a torch\r\n' });
    await office.save('E002', mondays);
    await settle();
    expect(office.titles('C02')).toEqual(['Meeting E001', 'Meeting E002']);
  });

  it('S28 notes that Google’s page turned into HTML are no edit', async () => {
    await office.save('E001', { notes: 'Bring <boots> & a torch\nR&amp;D, 5 < 6' });
    await office.sync();
    const hand = office.hand('C02');
    hand.typeNotes(hand.find('Meeting E001').id ?? '', html => `${html}<br>mine`);
    await settle();
    expect(await office.findings()).toEqual([]);
    expect(hand.find('Meeting E001').description).toContain('mine');
  });

  it('S33 S35 a create whose reply got lost makes one event, and the pair is recorded', async () => {
    await office.save('E001');
    office.sandbox.fail({ method: 'POST', drop: 'after', times: 2 });
    await office.sync();
    office.clock += 60 * minute;
    await settle();
    expect(office.titles('C02')).toEqual(['Meeting E001']);
    expect(await office.findings()).toEqual([]);
  });

  it('S12 a copy that a person made of ours stays theirs', async () => {
    await office.save('E001');
    await office.sync();
    const hand = office.hand('C02');
    hand.duplicate(hand.find('Meeting E001').id ?? '');
    await settle();
    expect(office.titles('C02')).toEqual(['Meeting E001', 'Meeting E001']);
    await office.save('E001', { title: 'Renamed' });
    await settle();
    expect(office.titles('C02')).toEqual(['Meeting E001', 'Renamed']);
  });
});

describe('edits from both sides', () => {
  it('S16 the time from the office and a line below our notes from the person both stand', async () => {
    await office.save('E001', { notes: 'Ours' });
    await office.sync();
    const hand = office.hand('C02');
    hand.typeNotes(hand.find('Meeting E001').id ?? '', html => `${html}<br>theirs`);
    await office.save('E001', { when: eleven, notes: 'Ours, newer' });
    await settle();
    const { description, start } = hand.find('Meeting E001');
    expect(start?.dateTime).toBe('2027-03-08T11:00:00Z');
    expect(description).toMatch(/Ours, newer[\s\S]*theirs/);
  });

  it('S6 an event that a person deletes is not put back, and the office is asked', async () => {
    await office.save('E001');
    await office.sync();
    const hand = office.hand('C02');
    hand.remove(hand.find('Meeting E001').id ?? '');
    await settle();
    expect(office.titles('C02')).toEqual([]);
    expect(office.titles('C03')).toEqual(['Meeting E001']);
    expect((await office.findings()).map(({ kind }) => kind)).toEqual(['removal']);
  });

  it('S6 and is made anew, under another id, once the office changes it', async () => {
    await office.save('E001');
    await office.sync();
    const hand = office.hand('C02');
    const first = hand.find('Meeting E001').id;
    hand.remove(first ?? '');
    await office.sync();
    await office.save('E001', { when: eleven });
    await settle();
    expect(office.titles('C02')).toEqual(['Meeting E001']);
    expect(hand.find('Meeting E001').id).not.toBe(first);
  });

  it('S51 one date that a person moves is a proposal for that date', async () => {
    await office.save('E001', mondays);
    await office.sync();
    const hand = office.hand('C02');
    const start = { dateTime: '2027-03-23T15:00:00Z', timeZone: 'Europe/London' };
    hand.edit(`${hand.find('Meeting E001').id}_20270322T100000Z`, {
      start,
      end: { ...start, dateTime: '2027-03-23T16:00:00Z' },
    });
    await office.sync();
    const met = (await office.findings()).flatMap(finding => finding.met);
    expect(met.map(({ occurrence }) => occurrence)).toEqual(['2027-03-22T10:00:00']);
  });

  it('S50 one date moved and one cancelled by the office are so in every copy, and stay quiet', async () => {
    const occurrence = brandId<OccurrenceStart>('2027-03-22T10:00:00');
    const when = timed('2027-03-23T15:00', '2027-03-23T16:00');
    await office.save('E001', {
      ...mondays,
      except: [brandId<OccurrenceStart>('2027-04-05T10:00:00')],
      overrides: [{ occurrence, status: 'changed', when, venue: null, title: null, notes: null }],
    });
    await settle();
    for (const person of ['C02', 'C03']) {
      const days = office
        .hand(person)
        .dates('2028-01-01T00:00:00Z')
        .map(({ start }) => start?.dateTime);
      expect(days).toEqual([
        '2027-03-08T10:00:00Z',
        '2027-03-15T10:00:00Z',
        '2027-03-23T15:00:00Z',
        '2027-03-29T10:00:00+01:00',
        '2027-04-12T10:00:00+01:00',
      ]);
    }
    await office.save('E001', { title: 'Renamed' });
    await settle();
    expect(await office.findings()).toEqual([]);
    expect(
      new Set(
        office
          .hand('C02')
          .dates('2028-01-01T00:00:00Z')
          .map(({ summary }) => summary),
      ),
    ).toEqual(new Set(['Renamed']));
  });
});

describe('outages and limits', () => {
  it('S61 thirty moves during an outage become one write when Google is back', async () => {
    await office.save('E001');
    await office.sync();
    office.sandbox.world.switches.down = true;
    for (let move = 0; move < 30; move += 1) {
      await office.save('E001', { title: `Move ${move}` });
      if (move % 10 === 0) await office.sync();
      office.clock += 12 * minute;
    }
    office.sandbox.world.switches.down = false;
    office.clock += 120 * minute;
    office.writes();
    await office.sync();
    expect(office.writes()).toBe(2);
    expect(office.titles('C02')).toEqual(['Move 29']);
  });

  it('S60 one throttled mailbox leaves the others on time', async () => {
    await office.save('E001');
    const reply = { status: 429, headers: { 'retry-after': '3600' }, body: '' };
    office.sandbox.fail({ path: '/calendar/', reply });
    const report = await office.sync();
    expect(report.failed).toHaveLength(1);
    expect([...office.titles('C02'), ...office.titles('C03')]).toEqual(['Meeting E001']);
    office.clock += 61 * minute;
    await settle();
    expect([office.titles('C02'), office.titles('C03')]).toEqual([['Meeting E001'], ['Meeting E001']]);
  });

  it('S62 an event that Google will not have is set aside with its reason, the rest goes on', async () => {
    await office.save('E001');
    await office.save('E002');
    office.sandbox.fail({
      method: 'POST',
      reply: { status: 400, body: JSON.stringify({ error: { errors: [{ reason: 'invalid' }] } }) },
    });
    expect(await office.sync('C02')).toMatchObject({ created: 1, failed: [] });
    const copies = await office.store.read(r => r.copies.copies(calendar));
    expect(copies.map(({ state }) => state).sort()).toEqual(['placed', 'stuck']);
  });

  it('S9 after an expired sync token both deletions made meanwhile are found', async () => {
    for (const event of ['E001', 'E002', 'E003']) await office.save(event);
    await office.sync();
    const hand = office.hand('C02');
    for (const event of ['E001', 'E002']) hand.remove(hand.find(`Meeting ${event}`).id ?? '');
    hand.calendar.expireTombstones();
    office.sandbox.expireSyncTokens();
    await settle();
    expect((await office.findings()).map(({ kind }) => kind)).toEqual(['removal', 'removal']);
    expect(office.titles('C02')).toEqual(['Meeting E003']);
  });

  it('S72 a crash between reading and storing reads the change again', async () => {
    await office.save('E001');
    await office.sync();
    const hand = office.hand('C02');
    hand.edit(hand.find('Meeting E001').id ?? '', { location: 'Elsewhere' });
    const bias = (point: string) => {
      if (point === 'before-page') throw new Error('killed');
    };
    const dying = { ...office.parts, runtime: { ...office.parts.runtime, bias } };
    const { signal } = new AbortController();
    await syncOnce(dying, { only: calendar, concurrency: 1, signal });
    expect(await office.findings()).toEqual([]);
    office.clock += 60 * minute;
    await office.sync();
    expect(await office.findings()).toHaveLength(1);
  });
});

describe('consents', () => {
  it('S74 one that is withdrawn stops that calendar at once; anew, all that is pending arrives', async () => {
    await office[Symbol.asyncDispose]();
    office = await openGoogleOffice(['C02', 'C03'], ['C02']);
    await office.save('E001');
    await settle();
    office.sandbox.oauth.revoke('c02@tide.test');
    await office.save('E001', { title: 'Renamed' });
    await office.save('E002', { required: named('C02') });
    await office.sync();
    expect(await office.row('C02')).toMatchObject({
      state: 'needs-consent',
      problem: expect.stringContaining('connect'),
    });
    expect(office.titles('C03')).toEqual(['Renamed']);
    office.sandbox.oauth.given.length = 0;
    for (let turn = 0; turn < 5; turn += 1) await office.sync('C02');
    expect(office.sandbox.oauth.given.length).toBeLessThanOrEqual(5);
    office.consent('C02');
    await office.store.write(async r => {
      await r.calendars.patch(calendar, { state: 'unread' });
      await r.calendars.wake([calendar]);
    });
    office.clock += 120 * minute;
    await settle();
    expect(office.titles('C02')).toEqual(['Meeting E002', 'Renamed']);
  });

  it('S75 one that gives a new refresh token each time is kept for the next run', async () => {
    await office[Symbol.asyncDispose]();
    office = await openGoogleOffice(['C02'], ['C02']);
    office.sandbox.oauth.rotates = true;
    await office.save('E001', { required: named('C02') });
    for (let hour = 0; hour < 3; hour += 1) {
      expect((await office.sync()).failed).toEqual([]);
      office.clock += 61 * minute;
    }
    expect(await office.parts.secret(account)).toContain('refreshToken');
  });
});

describe('people', () => {
  it('S76 S87 a first fill of forty events mails and invites nobody', async () => {
    for (let event = 1; event <= 40; event += 1) await office.save(`E${String(event).padStart(3, '0')}`);
    expect(await office.sync()).toMatchObject({ created: 80, failed: [] });
    expect(office.sandbox.world.invitations).toEqual([]);
    expect(
      office
        .hand('C02')
        .events()
        .filter(({ attendees }) => attendees !== undefined),
    ).toEqual([]);
  });

  it('S80 a colour, a reminder and a note of their own cost no write and tell nobody', async () => {
    await office.save('E001');
    await office.sync();
    const hand = office.hand('C02');
    const { id, description } = hand.find('Meeting E001');
    hand.edit(id ?? '', {
      colorId: '4',
      reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] },
    });
    hand.edit(id ?? '', { description: `${description}\nring Mum` });
    office.writes();
    await settle();
    expect(office.writes()).toBe(0);
    expect(await office.findings()).toEqual([]);
  });

  it('S90 of a private appointment nothing but its time is stored', async () => {
    const at = (hour: string) => ({ dateTime: `2027-03-09T${hour}:00Z`, timeZone: 'Europe/London' });
    office.hand('C02').add({ summary: 'Oncologist canary', location: 'canary', start: at('10:00'), end: at('11:00') });
    await office.sync();
    const stored = await office.store.read(async r =>
      JSON.stringify([
        await r.copies.sights(calendar),
        await r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }),
      ]),
    );
    expect(stored).toContain(String(Date.parse('2027-03-09T10:00:00Z')));
    expect(stored).not.toContain('canary');
  });

  it('an event that is not ours is never written to', async () => {
    const at = (hour: string) => ({ dateTime: `2027-03-09T${hour}:00Z`, timeZone: 'Europe/London' });
    const id = office.hand('C02').add({ summary: 'Foreign', start: at('10:00'), end: at('11:00') });
    const before = office.hand('C02').find(id);
    await office.save('E001');
    await settle();
    expect(office.hand('C02').find(id)).toEqual(before);
  });
});
