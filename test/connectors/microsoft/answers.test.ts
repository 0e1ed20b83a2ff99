/** Somebody answers our invitation in Outlook: what is read of it in their calendar, and what must not come of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answering } from '../../../connectors/sandbox/microsoft-meeting.ts';
import { readCalendar } from '../../../src/ical/read.ts';
import { planMail } from '../../../src/mail/outbox.ts';
import { sendDue } from '../../../src/mail/send.ts';
import type { MailTransport } from '../../../src/mail/transports/transport.ts';
import { brandId, type PersonId } from '../../../src/model/ids.ts';
import type { Mail } from '../../../src/model/message.ts';
import { newestOf, standing } from '../../../src/schedule/reply-standing.ts';
import { mailSettings } from '../../mail/world.ts';
import { id, london, named, tide, timed } from '../../sync/office.ts';
import { addressOf, type OutlookOffice, openOutlookOffice } from './outlook-office.ts';

const [host, guest, later] = ['C02', 'C31', 'C32'];
const zone = 'GMT Standard Time';
let office: OutlookOffice;
let mails: Mail[];
/** The item in the guest's calendar. */
let filed: string;

beforeEach(async () => {
  office = await openOutlookOffice([host, guest, later], [guest, later]);
  mails = [];
  await office.save('E001', { required: named(host, guest) });
  await send();
  filed = fileInvitation();
  await settle();
});
afterEach(() => office[Symbol.asyncDispose]());

/** Mail as the daemon sends it. */
async function send(): Promise<readonly Mail[]> {
  const transport: MailTransport = {
    parallel: 1,
    perMinute: null,
    send: async mail => void mails.push(mail),
    check: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const { store } = office;
  const { runtime } = office.parts;
  const before = mails.length;
  await planMail(store, runtime, tide, mailSettings);
  await sendDue({ store, transport, runtime, settings: mailSettings }, { ignoreQuiet: true });
  return mails.slice(before);
}

/** What Exchange files of the newest mail to the guest: the event of its calendar part. */
function invitation() {
  const mail = mails.findLast(({ to, calendar }) => to.includes(addressOf(guest)) && calendar !== null);
  const [item] = readCalendar(mail?.calendar?.ics ?? '', { zone: london }).items;
  if (!item) throw new Error('no invitation was mailed');
  const { title, place, when } = item.face;
  const event = {
    subject: title,
    location: { displayName: place },
    start: { dateTime: when.start, timeZone: zone },
    end: { dateTime: when.end, timeZone: zone },
    attendees: [{ emailAddress: { address: addressOf(guest) } }],
  };
  return { uid: item.uid, event };
}

function fileInvitation(): string {
  const organizer = { address: mailSettings.office.address, name: mailSettings.office.name };
  return office.hand(guest).invited({ ...invitation(), organizer });
}

/** Two passes: the second finds nothing to do. */
async function settle(): Promise<void> {
  await office.sync();
  expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, inbound: 0 });
}

function answer(response: Answering['response'], more: Partial<Answering> = {}): void {
  office.clock += 60_000;
  office.hand(guest).answer(filed, { response, at: new Date(office.clock).toISOString(), ...more });
}

async function onRecord() {
  const { event, history, replies } = await office.store.read(async r => ({
    event: await r.schedule.event(tide, id('E001')),
    history: await r.schedule.history(tide, id('E001')),
    replies: await r.replies.of(tide, id('E001')),
  }));
  if (!event) throw new Error('no event');
  const holds = newestOf(replies).map(
    reply => `${reply.person} ${reply.answer} ${standing(reply, event, history)} v${reply.version}`,
  );
  return { replies, holds };
}

const titles = (person: string) =>
  office
    .hand(person)
    .all()
    .map(({ event }) => event.fields.subject);

describe('an answer in Outlook’s calendar', () => {
  it.each([
    ['accepted', 'accepted'],
    ['tentativelyAccepted', 'tentative'],
    ['declined', 'declined'],
  ] as const)(
    'S86 “%s” reaches the canonical record, and another guest later does not reset it',
    async (response, kept) => {
      answer(response, { keepsDeclined: true });
      await settle();
      expect((await onRecord()).holds).toEqual([`${guest} ${kept} current v1`]);
      expect((await onRecord()).replies).toMatchObject([
        { by: guest, source: 'calendar', at: office.clock, answer: kept, comment: '' },
      ]);
      office.clock += 60_000;
      await office.save('E001', { required: named(host, guest, later), notes: 'Bring boots', title: 'Recce' });
      await settle();
      expect((await send()).map(({ to }) => to)).not.toContainEqual(expect.stringContaining(addressOf(guest)));
      expect((await onRecord()).holds).toEqual([`${guest} ${kept} current v1`]);
    },
  );

  it('S86 is one to the earlier version once the event has moved, until they answer anew', async () => {
    answer('accepted');
    await settle();
    office.clock += 60_000;
    await office.save('E001', { when: timed('2027-03-08T14:00', '2027-03-08T15:00') });
    await settle();
    expect((await onRecord()).holds).toEqual([`${guest} accepted earlier v1`]);
    await send();
    office.hand(guest).updated(filed, invitation().event);
    await settle();
    expect((await onRecord()).holds).toEqual([`${guest} accepted earlier v1`]);
    answer('accepted');
    await settle();
    expect((await onRecord()).holds).toEqual([`${guest} accepted current v2`]);
  });

  it('S86 given before the move and read after it is one to the time they saw', async () => {
    answer('accepted');
    office.clock += 60_000;
    await office.save('E001', { when: timed('2027-03-08T14:00', '2027-03-08T15:00') });
    await send();
    await settle();
    expect((await onRecord()).holds).toEqual([`${guest} accepted earlier v1`]);
  });

  it('S86 of somebody required who declines is a card, closed when they accept after all', async () => {
    answer('declined', { keepsDeclined: true });
    await settle();
    expect(await office.findings('open')).toMatchObject([{ kind: 'reply', person: guest, event: 'E001', met: [] }]);
    answer('accepted');
    await settle();
    expect(await office.findings('open')).toEqual([]);
    expect((await onRecord()).holds).toEqual([`${guest} accepted current v1`]);
  });

  it('is invented by nobody where a declined, or deleted, invitation is simply gone', async () => {
    answer('declined');
    await settle();
    expect(office.hand(guest).all()).toEqual([]);
    expect((await onRecord()).replies).toEqual([]);
  });

  it('is one answer, though all is read anew, the item shows up as another one, or is touched', async () => {
    answer('accepted', { anew: true });
    await settle();
    for (const { id: item } of office.hand(guest).all()) office.hand(guest).touch(item);
    await settle();
    const { link } = await office.row(guest);
    await office.store.write(r => r.calendars.patch(link.id, { cursor: null }));
    await office.sync(guest);
    expect((await onRecord()).replies).toHaveLength(1);
  });

  it('of a meeting that is not ours is kept nowhere', async () => {
    const foreign = { address: 'someone@elsewhere.test', name: 'Someone' };
    const event = { ...invitation().event, subject: 'Physio' };
    const other = office.hand(guest).invited({ uid: 'other@elsewhere.test', organizer: foreign, event });
    office.hand(guest).answer(other, { response: 'accepted', at: new Date(office.clock).toISOString() });
    await settle();
    const { link } = await office.row(guest);
    const sights = await office.store.read(r => r.copies.sights(link.id));
    const foreigners = sights.filter(({ observed }) => observed.kind === 'present' && observed.uid === null);
    expect(foreigners).toHaveLength(1);
    expect(JSON.stringify(foreigners)).not.toMatch(/accepted|Physio/);
    expect((await onRecord()).replies).toEqual([]);
  });

  it('of a copy of ours, which asks nobody anything, is none', async () => {
    const { state } = office.sandbox.world.calendar(addressOf(host), null);
    const [copy] = state.items();
    if (!copy) throw new Error('no copy');
    const meeting = {
      organizer: { address: 'x@tide.test', name: '' },
      response: 'declined',
      time: '2027-02-22T10:00:00Z',
    } as const;
    state.put(copy.id, copy.uid, { ...copy.content, meeting });
    await settle();
    expect((await onRecord()).replies).toEqual([]);
  });

  it('of a person who is no longer asked goes on a card, and on no record', async () => {
    await office.save('E001', { required: named(host) });
    answer('accepted');
    await settle();
    expect((await onRecord()).replies).toEqual([]);
    expect(await office.findings('open')).toMatchObject([{ kind: 'reply', person: guest }]);
  });
});

describe('a guest answers from Outlook', () => {
  it.each(['accepted', 'tentativelyAccepted', 'declined'] as const)(
    'S88 “%s”, and there is no second event anywhere and no mail to the others',
    async response => {
      const before = mails.length;
      answer(response);
      await settle();
      await send();
      expect(mails).toHaveLength(before);
      const toOffice = { user: addressOf(guest), kind: 'response', to: [mailSettings.office.address] };
      expect(office.sandbox.world.meetingMail).toEqual([toOffice]);
      const { events } = await office.store.read(r => r.schedule.snapshot(tide));
      expect([...events.keys()]).toEqual(['E001']);
      expect(events.get(id('E001'))).toMatchObject({ version: 1, sequence: 0 });
      expect(titles(host)).toEqual(['Meeting E001']);
      expect(titles(guest)).toEqual(response === 'declined' ? [] : ['Meeting E001']);
      expect(titles(later)).toEqual([]);
      const busy = await office.store.read(r =>
        r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }, [brandId<PersonId>(guest)]),
      );
      expect(busy).toEqual([]);
    },
  );
});
