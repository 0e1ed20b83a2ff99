import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentAddress, finishConsent } from '../../../connectors/microsoft/consent.ts';
import { notesLine } from '../../../src/model/face.ts';
import { brandId } from '../../../src/model/ids.ts';
import { reconcile } from '../../../src/sync/reconcile.ts';
import { countingDoor } from '../../contract/bench.ts';
import { settingsFor } from '../../contract/microsoft-bench.ts';
import { named, timed } from '../../sync/office.ts';
import { addressOf, type OutlookOffice, openOutlookOffice } from './outlook-office.ts';

let office: OutlookOffice;
beforeEach(async () => {
  office = await openOutlookOffice();
});
afterEach(() => office[Symbol.asyncDispose]());

const shown = (person = 'C02') =>
  office
    .hand(person)
    .all()
    .map(({ event }) => event.fields.subject);
const only = (person = 'C02') => {
  const [first, second] = office.hand(person).all();
  if (first === undefined || second !== undefined) throw new Error('not exactly one event');
  return first;
};
const minutes = (count: number) => {
  office.clock += count * 60_000;
};

async function consentOf(person: string): Promise<string> {
  const [verifier, redirectUri] = ['v'.repeat(50), 'http://127.0.0.1:9/back'];
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const [settings, door] = [settingsFor(office.sandbox), countingDoor(null)];
  const request = { redirectUri, state: 's', challenge, user: addressOf(person) };
  const { headers } = await fetch(await consentAddress(settings, door, request), { redirect: 'manual' });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  return (await finishConsent(settings, door, { code, verifier, redirectUri })).secret;
}

describe('an office whose people are in Outlook', () => {
  it('shows an event, follows its changes, and is then at rest with one request', async () => {
    await office.save('E001', { notes: 'Bring boots', onlineUrl: 'https://meet.example/e1' });
    await office.sync();
    expect(shown()).toEqual(['Meeting E001']);
    await office.save('E001', { title: 'Recce' });
    await office.sync();
    expect(shown()).toEqual(['Recce']);
    office.requests();
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, failed: [] });
    expect(office.requests()).toHaveLength(1);
    await office.save('E001', { status: 'cancelled' });
    await office.sync();
    expect(shown()).toEqual([]);
  });

  it('takes a move in Outlook for a proposal, or for a new version where the person may', async () => {
    await office.save('E001', { owner: brandId('C02') });
    await office.sync();
    const at = (hour: string) => ({ dateTime: `2027-03-08T${hour}:00:00`, timeZone: 'GMT Standard Time' });
    office.hand('C02').edit(only().id, { start: at('12'), end: at('13') });
    const report = await office.sync();
    const accepted = (await office.content('E001')).when.start === '2027-03-08T12:00:00';
    expect(accepted || (await office.findings('open')).length === 1).toBe(true);
    expect(report.failed).toEqual([]);
  });

  it('S80 writes nothing when a person adds notes of their own, a category or a reminder, and keeps them', async () => {
    await office.save('E001', { notes: 'Bring boots' });
    await office.sync();
    const { id, event } = only();
    const content = event.fields.html.replace('</body>', '<p>my own <b>note</b></p></body>');
    office.hand('C02').edit(id, {
      body: { contentType: 'html', content },
      categories: ['Red'],
      reminderMinutesBeforeStart: 60,
    });
    expect(await office.sync()).toMatchObject({ updated: 0, inbound: 0, conflicts: 0 });
    await office.save('E001', { notes: 'Bring waders' });
    await office.sync();
    const { fields } = only().event;
    expect(fields.html.split(notesLine)[0]).toContain('Bring waders');
    expect(fields.html.split(notesLine)[1]).toContain('my own <b>note</b>');
    expect(fields).toMatchObject({ categories: ['Red'], reminderMinutesBeforeStart: 60 });
    expect(office.sandbox.world.meetingMail).toEqual([]);
  });

  it('is not disturbed by touches that change nothing', async () => {
    await office.save('E001');
    await office.sync();
    for (let day = 0; day < 3; day += 1) {
      office.hand('C02').touch(only().id);
      expect(await office.sync()).toMatchObject({ updated: 0, inbound: 0, conflicts: 0, created: 0 });
    }
  });

  it('S50 shows a weekly meeting with one date moved and one cancelled as one series', async () => {
    await office.save('E001', {
      rrule: 'FREQ=WEEKLY;COUNT=6',
      except: [brandId('2027-04-05T10:00:00')],
      overrides: [
        {
          occurrence: brandId('2027-03-22T10:00:00'),
          status: 'changed',
          when: timed('2027-03-23T14:00', '2027-03-23T15:00'),
          venue: null,
          title: null,
          notes: null,
        },
      ],
    });
    await office.sync();
    const { event } = only();
    expect(event.cancelled).toEqual(['2027-04-05T10:00:00']);
    expect(event.exceptions.get('2027-03-22T10:00:00')?.fields.times.start).toBe('2027-03-23T14:00:00');
    // The first reading after it meets our own exceptions; the next is at rest.
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, conflicts: 0 });
    office.requests();
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, conflicts: 0 });
    expect(office.requests()).toHaveLength(1);
  });

  it('S51 S53 hears of a date that a person takes out of a series, for that date alone', async () => {
    await office.save('E001', { rrule: 'FREQ=WEEKLY;COUNT=6' });
    await office.sync();
    office.hand('C02').removeInstance(only().id, '2027-03-22T10:00:00');
    const report = await office.sync();
    expect(report.inbound + report.conflicts).toBe(1);
    const { rrule, except, overrides } = await office.content('E001');
    const [finding] = await office.findings('open');
    const said = JSON.stringify([except, overrides, finding?.met ?? []]);
    expect(rrule).toBe('FREQ=WEEKLY;COUNT=6');
    expect(said).toContain('2027-03-22');
    expect(said).not.toContain('2027-03-29');
  });

  it('S32 makes one event where the reply to a create was lost', async () => {
    await office.save('E001');
    office.sandbox.fail({ method: 'POST', path: /\/events$/, drop: 'after' });
    await office.sync();
    minutes(10);
    await office.sync();
    expect(shown()).toEqual(['Meeting E001']);
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, failed: [] });
  });

  it('makes another event under another key where a person removed the first and the schedule changed', async () => {
    await office.save('E001');
    await office.sync();
    office.hand('C02').remove(only().id);
    await office.save('E001', { title: 'Recce' });
    await office.sync();
    expect(shown()).toEqual(['Recce']);
  });
});

describe('trouble at Microsoft', () => {
  it('S61 thirty moves during six hours without an answer become one write', async () => {
    await office.save('E001');
    await office.sync();
    office.sandbox.world.switches.down = true;
    for (let move = 0; move < 30; move += 1) {
      await office.save('E001', { title: `Meeting, ${move}` });
      if (move % 10 === 0) expect((await office.sync()).failed).toHaveLength(1);
      minutes(12);
    }
    office.sandbox.world.switches.down = false;
    minutes(60);
    office.requests();
    expect(await office.sync()).toMatchObject({ updated: 1, failed: [] });
    expect(office.requests().filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    expect(shown()).toEqual(['Meeting, 29']);
  });

  it('S72 a run cut off between reading and storing reads the change again', async () => {
    await office.save('E001', { owner: brandId('C02') });
    await office.sync();
    office.hand('C02').edit(only().id, { subject: 'Changed by C02' });
    office.sandbox.fail({ method: 'GET', path: /events\/.*expand/, reply: { status: 503 } });
    expect((await office.sync()).failed).toHaveLength(1);
    minutes(10);
    const report = await office.sync();
    expect(report.inbound + report.conflicts).toBe(1);
  });

  it('S71 a change that arrives while a read is under way is read by the run after it', async () => {
    await office.save('E001');
    await office.sync();
    const { parts, store } = office;
    const calendar = (await office.row('C02')).link.id;
    let isFirst = true;
    const slow: typeof fetch = async (input, init) => {
      const reply = await fetch(input, init);
      if (isFirst && new URL(new Request(input, init).url).pathname.includes('delta')) {
        isFirst = false;
        // The round has been answered; then comes the edit, and its notice.
        office.hand('C02').edit(only().id, { subject: 'While you read' });
        await store.write(r => r.calendars.wake([calendar]));
      }
      return reply;
    };
    await reconcile({ ...parts, fetch: slow }, calendar, new AbortController().signal);
    const row = await office.row('C02');
    expect(row.wakeSeq, 'there is more to look at').toBeGreaterThan(row.doneSeq);
    await reconcile(parts, calendar, new AbortController().signal);
    const seen = JSON.stringify([await office.findings(), await office.content('E001')]);
    expect(seen).toContain('While you read');
    expect((await office.row('C02')).doneSeq).toBe(row.wakeSeq);
  });

  it('S73 delta links that are forgotten cost one full reading and no write', async () => {
    await office.save('E001');
    await office.sync();
    office.sandbox.expireCursors();
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, conflicts: 0, failed: [] });
    expect(shown()).toEqual(['Meeting E001']);
  });

  it('a mailbox that is out of scope loses no copies, and comes back by itself', async () => {
    await office.save('E001');
    await office.sync();
    office.sandbox.world.switches.denied.add(addressOf('C02'));
    await office.save('E001', { title: 'Later' });
    expect((await office.sync()).failed).toHaveLength(1);
    expect((await office.row('C02')).state).toBe('unread');
    office.sandbox.world.switches.denied.clear();
    minutes(90);
    await office.sync();
    expect(shown()).toEqual(['Later']);
  });
});

describe('many people', () => {
  const people = Array.from({ length: 12 }, (_, at) => `P${String(at).padStart(2, '0')}`);
  beforeEach(async () => {
    await office[Symbol.asyncDispose]();
    office = await openOutlookOffice(people);
  });

  it('S60 one mailbox that is throttled for an hour keeps nobody else waiting', async () => {
    await office.save('E001', { required: named(...people) });
    const headers = { 'retry-after': '3600' };
    office.sandbox.fail({ path: /p03/, times: 1, reply: { status: 429, headers } });
    const report = await office.sync();
    expect(report.failed).toHaveLength(1);
    expect(people.filter(person => shown(person).length === 1)).toHaveLength(people.length - 1);
    minutes(30);
    office.requests();
    await office.sync();
    expect(office.requests().some(({ path }) => path.includes('p03'))).toBe(false);
    minutes(31);
    await office.sync();
    expect(shown('P03')).toEqual(['Meeting E001']);
  });

  it('S76 S87 a first connection of them all mails nobody and invites nobody', async () => {
    for (let number = 1; number <= 8; number += 1) await office.save(`E${number}`, { required: named(...people) });
    expect(await office.sync()).toMatchObject({ created: 96, failed: [] });
    expect(office.sandbox.world.meetingMail).toEqual([]);
    expect(office.sandbox.world.sent).toEqual([]);
    const events = people.flatMap(person => office.hand(person).all());
    expect(events.flatMap(({ event }) => event.fields.attendees)).toEqual([]);
  });

  it('S74 one who takes back their consent stops alone, and after connecting anew all that is pending arrives', async () => {
    office.secrets.set('P05', await consentOf('P05'));
    await office.save('E001', { required: named(...people) });
    await office.sync();
    office.sandbox.entra.revoke(addressOf('P05'));
    await office.save('E001', { title: 'Recce' });
    expect((await office.sync()).failed).toHaveLength(1);
    expect(await office.row('P05')).toMatchObject({
      state: 'needs-consent',
      problem: expect.stringContaining('connect'),
    });
    expect(people.filter(person => shown(person)[0] === 'Recce')).toHaveLength(people.length - 1);
    office.secrets.set('P05', await consentOf('P05'));
    await office.sync();
    expect(shown('P05')).toEqual(['Recce']);
    expect((await office.row('P05')).state).toBe('ok');
  });

  it('S75 two runs at once sign in once', async () => {
    await office.save('E001', { required: named(...people) });
    await office.sync();
    expect(office.requests().filter(({ path }) => path.includes('/token'))).toHaveLength(1);
  });
});
