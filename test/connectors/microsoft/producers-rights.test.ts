/** Who may change what from their own Outlook: role × field → accept, propose or restore, with the real engine. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeenEvent } from '../../../connectors/sandbox/microsoft-hand.ts';
import { defaultRights, type Rights } from '../../../src/config/rights.ts';
import { brandId, type PersonId, type VenueId } from '../../../src/model/ids.ts';
import type { Person } from '../../../src/model/person.ts';
import { type SyncReport, syncOnce } from '../../../src/sync/sync-once.ts';
import { blankVenue } from '../../blank.ts';
import { id, named, tide, timed } from '../../sync/office.ts';
import { addressOf, type OutlookOffice, openOutlookOffice } from './outlook-office.ts';

const producer = 'C02';
const colleague = 'C03';
const secretary = 'C13';
let office: OutlookOffice;
beforeEach(async () => {
  office = await openOutlookOffice([producer, colleague, secretary]);
  await change(secretary, { role: 'Production Secretary (Bristol)' });
  await change(producer, { delegate: brandId<PersonId>(secretary) });
  await office.store.write(r =>
    r.schedule.putVenue(
      { ...blankVenue, production: tide, id: brandId<VenueId>('V05'), name: 'St Brannoc’s Hall' },
      null,
    ),
  );
});
afterEach(() => office[Symbol.asyncDispose]());

async function change(person: string, details: Partial<Person>): Promise<void> {
  await office.store.write(async r => {
    const { people } = await r.schedule.snapshot(tide);
    const current = people.get(brandId<PersonId>(person));
    if (!current) throw new Error('no such person');
    await r.schedule.putPerson({ ...current, ...details }, current.version);
  });
}

/** E001 at ten, his; both are asked, and the secretary with them. */
const his = { owner: brandId<PersonId>(producer), required: named(producer, colleague, secretary) };
const zone = 'GMT Standard Time';
const at = (from: string, to: string) => ({
  start: { dateTime: `2027-03-08T${from}:00`, timeZone: zone },
  end: { dateTime: `2027-03-08T${to}:00`, timeZone: zone },
});
const two = at('14:00', '15:00');

function shown(person: string, event = 'Meeting E001'): SeenEvent {
  const found = office
    .hand(person)
    .all()
    .find(one => one.event.fields.subject === event);
  if (!found) throw new Error(`${person} does not see ${event}`);
  return found;
}
const startOf = (person: string, event?: string) => shown(person, event).event.fields.times.start;
const drag = (person: string, changes: Parameters<ReturnType<OutlookOffice['hand']>['edit']>[1]) =>
  office.hand(person).edit(shown(person).id, changes);

async function history(event: string) {
  const versions = await office.store.read(r => r.schedule.history(tide, id(event)));
  return versions.map(({ version, by, source }) => ({ version, by, source })).sort((a, b) => a.version - b.version);
}

const syncWith = (rights: Rights): Promise<SyncReport> =>
  syncOnce(
    { ...office.parts, settings: { ...office.parts.settings, rights } },
    { only: null, concurrency: 4, signal: new AbortController().signal },
  );

const writesTo = (person: string) =>
  office
    .requests()
    .filter(({ method, path }) => method !== 'GET' && path.includes(encodeURIComponent(addressOf(person)))).length;

describe('a producer drags a meeting that he owns', () => {
  beforeEach(async () => {
    await office.save('E001', his);
    await office.sync();
    office.requests();
  });

  it('and the schedule follows him, under his name, and everyone’s Outlook follows the schedule', async () => {
    drag(producer, two);
    expect(await office.sync()).toMatchObject({ inbound: 1, conflicts: 0, failed: [] });
    expect((await office.content('E001')).when).toEqual(timed('2027-03-08T14:00', '2027-03-08T15:00'));
    expect(await history('E001')).toEqual([
      { version: 1, by: 'Bethan Larkspur', source: 'web' },
      { version: 2, by: 'Person C02', source: 'calendar' },
    ]);
    expect([producer, colleague, secretary].map(person => startOf(person))).toEqual(
      Array(3).fill('2027-03-08T14:00:00'),
    );
    expect(await office.findings()).toEqual([]);
  });

  it('and his own calendar is not written back to', async () => {
    drag(producer, two);
    await office.sync();
    expect(writesTo(producer)).toBe(0);
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, inbound: 0 });
  });

  it('upon another that one of those asked must be at, and it is a proposal that the office decides', async () => {
    await office.save('E002', { when: timed('2027-03-08T14:30', '2027-03-08T16:00'), required: named(colleague) });
    await office.sync();
    drag(producer, two);
    await office.sync();
    expect((await office.content('E001')).when).toEqual(timed('2027-03-08T10:00', '2027-03-08T11:00'));
    expect(startOf(colleague)).toBe('2027-03-08T10:00:00');
    expect(await office.findings('open')).toMatchObject([
      {
        kind: 'proposal',
        person: producer,
        event: 'E001',
        met: [{ field: 'when', theirs: { start: '2027-03-08T14:00:00' } }],
      },
    ]);
  });

  it('beside another by the minute, and nothing clashes', async () => {
    await office.save('E002', { when: timed('2027-03-08T15:00', '2027-03-08T16:00'), required: named(colleague) });
    await office.sync();
    drag(producer, two);
    expect(await office.sync()).toMatchObject({ inbound: 1, conflicts: 0 });
  });

  it.each([
    ['its title', { subject: 'Lunch' }, { title: 'Lunch' }],
    ['its place, where the schedule knows it', { location: { displayName: 'St Brannoc’s Hall' } }, { venue: 'V05' }],
  ])('and so with %s', async (_, changes, content) => {
    drag(producer, changes);
    expect(await office.sync()).toMatchObject({ inbound: 1, conflicts: 0 });
    expect(await office.content('E001')).toMatchObject(content);
  });

  it('to a place that the schedule does not know, and it is a proposal', async () => {
    drag(producer, { location: { displayName: 'The pub' } });
    await office.sync();
    expect((await office.content('E001')).venue).toBeNull();
    expect(await office.findings('open')).toMatchObject([{ kind: 'proposal', met: [{ field: 'place' }] }]);
  });
});

describe('a producer drags a meeting that is somebody else’s', () => {
  it('and it is a proposal; nobody’s Outlook is written to', async () => {
    await office.save('E001', { ...his, owner: brandId<PersonId>(colleague) });
    await office.sync();
    office.requests();
    drag(producer, two);
    expect(await office.sync()).toMatchObject({ inbound: 0, conflicts: 1, updated: 0 });
    expect(await history('E001')).toHaveLength(1);
    expect([startOf(producer), startOf(colleague)]).toEqual(['2027-03-08T14:00:00', '2027-03-08T10:00:00']);
    expect(await office.findings('open')).toMatchObject([{ kind: 'proposal', person: producer }]);
  });
});

describe('the table of rights', () => {
  const table: Rights = {
    default: { default: 'restore' },
    producer: { when: 'accept', title: 'propose' },
    secretary: { default: 'propose', when: 'accept' },
    owner: { title: 'accept' },
  };
  const changes = {
    when: two,
    title: { subject: 'Lunch' },
    place: { location: { displayName: 'St Brannoc’s Hall' } },
  };
  const cards = { accept: [], propose: ['proposal open'], restore: ['restored closed'] };

  it.each([
    ['accept', 'when', producer, colleague, 'the role says so, whosever the meeting is'],
    ['propose', 'title', producer, colleague, 'the role says so'],
    ['accept', 'title', producer, producer, 'the owner’s row goes before the role’s'],
    ['restore', 'place', producer, producer, 'neither row says a word, so the default holds'],
    ['propose', 'place', secretary, producer, 'the role’s own default goes before the default'],
    ['accept', 'when', secretary, producer, 'the role says so'],
  ] as const)('says %s to the %s by %s in a meeting of %s: %s', async (outcome, field, who, owner, _why) => {
    await office.save('E001', { ...his, owner: brandId<PersonId>(owner) });
    await syncWith(table);
    drag(who, changes[field]);
    for (let pass = 0; pass < 2; pass += 1) await syncWith(table);
    expect((await history('E001')).at(-1)?.source).toBe(outcome === 'accept' ? 'calendar' : 'web');
    const found = await office.findings();
    expect(found.map(({ kind, state }) => `${kind} ${state}`)).toEqual(cards[outcome]);
    expect(found.flatMap(({ met }) => met.map(one => one.field))).toEqual(outcome === 'accept' ? [] : [field]);
    if (outcome === 'restore') expect(shown(who).event.fields.place).toBe('');
  });

  it('lets the office keep every edit for itself', async () => {
    await office.save('E001', his);
    await syncWith({ default: { default: 'restore' } });
    drag(producer, two);
    await syncWith({ default: { default: 'restore' } });
    expect(startOf(producer)).toBe('2027-03-08T10:00:00');
    expect((await office.findings()).map(({ kind }) => kind)).toEqual(['restored']);
    expect(await office.findings('open')).toEqual([]);
  });
});

/** Graph says of an event when it was changed last, and not by whom: what is known is in whose diary it was done. */
describe('a secretary who is a producer’s delegate', () => {
  /** Signed in as herself, at another one's mailbox. */
  async function asDelegate(method: string, path: string, body?: unknown): Promise<unknown> {
    const { sandbox } = office;
    const form = { client_id: 'client-1', client_secret: 'application secret', redirect_uri: 'http://127.0.0.1:9/' };
    const code = sandbox.entra.codeFor(addressOf(secretary), null);
    const grant = new URLSearchParams({ ...form, grant_type: 'authorization_code', code });
    const signIn = await fetch(`${sandbox.url}/tenant-1/oauth2/v2.0/token`, { method: 'POST', body: grant });
    const { access_token: token } = (await signIn.json()) as { access_token: string };
    const headers = {
      authorization: `Bearer ${token}`,
      prefer: 'IdType="ImmutableId"',
      'content-type': 'application/json',
    };
    const address = `${sandbox.graphRoot}/users/${encodeURIComponent(addressOf(producer))}${path}`;
    const reply = await fetch(address, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(reply.status).toBe(200);
    return await reply.json();
  }

  beforeEach(async () => {
    office.sandbox.world.switches.delegates.set(addressOf(producer), new Set([addressOf(secretary)]));
    await office.save('E001', his);
    await office.sync();
  });

  it('moves his meeting in his diary: it counts as his, by his rights and under his name', async () => {
    const path = `/events/${shown(producer).id}`;
    await asDelegate('PATCH', path, two);
    expect(JSON.stringify(await asDelegate('GET', path))).not.toContain(addressOf(secretary));
    expect(await office.sync()).toMatchObject({ inbound: 1, conflicts: 0 });
    expect((await history('E001')).at(-1)).toMatchObject({ by: 'Person C02', source: 'calendar' });
    expect(startOf(colleague)).toBe('2027-03-08T14:00:00');
  });

  it('moves it in her own diary: that counts as his own move would, under her name', async () => {
    drag(secretary, two);
    expect(await office.sync()).toMatchObject({ inbound: 1, conflicts: 0 });
    expect((await history('E001')).at(-1)).toMatchObject({ by: 'Person C13', source: 'calendar' });
    expect(startOf(producer)).toBe('2027-03-08T14:00:00');
  });

  it('is no delegate for a meeting of the office: her move of it is a proposal under her name', async () => {
    await office.save('E001', { ...his, owner: null });
    await office.sync();
    drag(secretary, two);
    expect(await office.sync()).toMatchObject({ inbound: 0, conflicts: 1 });
    expect(await office.findings('open')).toMatchObject([
      { kind: 'proposal', person: secretary, title: expect.stringContaining('Person C13 changed the time') },
    ]);
  });

  it('moves one of the office where that lets its secretaries: then the schedule follows, under her name', async () => {
    await office.save('E001', { ...his, owner: null });
    await office.sync();
    const rights: Rights = { ...defaultRights, secretary: { when: 'accept' } };
    drag(secretary, two);
    expect(await syncWith(rights)).toMatchObject({ inbound: 1, conflicts: 0 });
    expect((await history('E001')).at(-1)).toMatchObject({ by: 'Person C13' });
    expect(startOf(producer)).toBe('2027-03-08T14:00:00');
  });
});
