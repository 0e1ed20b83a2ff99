/** The sandbox as its users meet it: the checklist of reference/google-calendar.md section 21, asked through Google's own client. */
import { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GoogleSandbox, startGoogleSandbox } from '../../../connectors/sandbox/google-server.ts';
import { frozenRuntime } from '../../contract/google-bench.ts';
import { hourOn } from './desk.ts';

let sandbox: GoogleSandbox;
let api: calendar_v3.Calendar;
let number = 0;
let user = '';
beforeAll(async () => {
  sandbox = await startGoogleSandbox({ runtime: frozenRuntime, users: [] });
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
  number += 1;
  user = `raw${number}@tide.test`;
  sandbox.addUser({ email: user });
  api = await clientOf(user);
});

async function tokenOf(email: string, scope: string): Promise<string> {
  const { clientId: client_id, clientSecret: client_secret } = sandbox.client;
  const form = {
    grant_type: 'refresh_token',
    refresh_token: sandbox.oauth.consent(email, scope),
    client_id,
    client_secret,
  };
  const reply = await fetch(sandbox.tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
  return ((await reply.json()) as { access_token: string }).access_token;
}

async function clientOf(email: string): Promise<calendar_v3.Calendar> {
  const token = await tokenOf(email, 'https://www.googleapis.com/auth/calendar');
  return new calendar_v3.Calendar({
    rootUrl: sandbox.apiRoot,
    headers: { authorization: `Bearer ${token}` },
    retry: false,
  });
}

const primary = { calendarId: 'primary' } as const;
const insert = async (body: calendar_v3.Schema$Event) =>
  (await api.events.insert({ ...primary, requestBody: body })).data;
const get = async (eventId: string) => (await api.events.get({ ...primary, eventId })).data;
const patch = async (eventId: string, requestBody: object, headers = {}) =>
  (await api.events.patch(Object.assign({ ...primary, eventId }, { requestBody }), { headers })).data;
/** Status and reason of a refusal. */
const refusalOf = async (act: Promise<unknown>): Promise<string> => {
  const error = await act.then(
    () => null,
    reason => reason,
  );
  return `${error?.status} ${error?.response?.data?.error?.errors?.[0]?.reason}`;
};

describe('an event', () => {
  it('is made with its defaults, and its id given or chosen', async () => {
    const event = await insert(hourOn(1));
    expect(event).toMatchObject({
      kind: 'calendar#event',
      status: 'confirmed',
      sequence: 0,
      reminders: { useDefault: true },
      organizer: { email: user, self: true },
      iCalUID: `${event.id}@google.com`,
      start: { dateTime: '2027-03-01T10:00:00Z', timeZone: 'Europe/London' },
    });
    expect(event.etag).toMatch(/^"\d+"$/);
    expect(event).not.toHaveProperty('transparency');
    expect((await insert({ ...hourOn(1), id: 'abcdefghij0123' })).id).toBe('abcdefghij0123');
  });

  it.each([
    ['an id with a hyphen', { id: 'not-legal' }, '400 invalid'],
    ['an id of four signs', { id: 'abcd' }, '400 invalid'],
    ['no end', { end: undefined }, '400 required'],
    ['an end before its start', { end: { dateTime: '2027-03-01T09:00:00Z' } }, '400 timeRangeEmpty'],
    ['a date and a time', { start: { date: '2027-03-01', dateTime: '2027-03-01T10:00:00Z' } }, '400 invalid'],
    ['a start of days and an end of hours', { start: { date: '2027-03-01' } }, '400 invalid'],
    ['an unknown zone', { start: { dateTime: '2027-03-01T10:00:00', timeZone: 'GMT Standard Time' } }, '400 invalid'],
    ['a rule with DTSTART', { recurrence: ['DTSTART:20270301T100000Z'] }, '400 invalid'],
    [
      'a rule without a zone',
      { start: { dateTime: '2027-03-01T10:00:00Z' }, recurrence: ['RRULE:FREQ=DAILY'] },
      '400 required',
    ],
  ])('with %s is refused', async (_name, changes, expected) => {
    const body: Readonly<Record<string, unknown>> = { ...hourOn(1), ...changes };
    expect(await refusalOf(insert(body))).toBe(expected);
  });

  it('keeps its id for ever: deleted it is cancelled, deleted again 410, made again 409, restored it is there', async () => {
    const { id } = await insert({ ...hourOn(1), id: 'abcdef' });
    await api.events.delete({ ...primary, eventId: 'abcdef' });
    expect((await get('abcdef')).status).toBe('cancelled');
    expect(await refusalOf(api.events.delete({ ...primary, eventId: 'abcdef' }))).toBe('410 deleted');
    expect(await refusalOf(insert({ ...hourOn(1), id: 'abcdef' }))).toBe('409 duplicate');
    expect(await patch(id ?? '', { status: 'confirmed' })).toMatchObject({ status: 'confirmed', summary: 'Dentist' });
    await api.events.delete({ ...primary, eventId: 'abcdef' });
    sandbox.hand(user).calendar.expireTombstones();
    expect(await refusalOf(get('abcdef'))).toBe('404 notFound');
    expect(await refusalOf(insert({ ...hourOn(1), id: 'abcdef' }))).toBe('409 duplicate');
  });

  it('has another etag after every write, and is written only under the one that was named', async () => {
    const event = await insert(hourOn(1));
    const after = await patch(event.id ?? '', { summary: 'Moved' }, { 'if-match': event.etag });
    expect(after.etag).not.toBe(event.etag);
    expect(await refusalOf(patch(event.id ?? '', {}, { 'if-match': event.etag }))).toBe('412 conditionNotMet');
    const same = await api.events.get(
      { ...primary, eventId: event.id ?? '' },
      { headers: { 'if-none-match': String(after.etag) } },
    );
    expect(same.status).toBe(304);
  });

  it('is merged by a patch and replaced by an update', async () => {
    const { id } = await insert({
      ...hourOn(1),
      location: 'Here',
      extendedProperties: { private: { a: '1', b: '2' } },
    });
    const merged = await patch(id ?? '', { extendedProperties: { private: { a: null, c: '3' } } });
    expect(merged).toMatchObject({ location: 'Here', extendedProperties: { private: { b: '2', c: '3' } } });
    expect(merged.extendedProperties?.private).not.toHaveProperty('a');
    expect(await refusalOf(patch(id ?? '', { start: { date: '2027-03-01' }, end: { date: '2027-03-02' } }))).toBe(
      '400 invalid',
    );
    const replaced = await api.events.update({
      ...primary,
      eventId: id ?? '',
      requestBody: { ...hourOn(2), sequence: 9 },
    });
    expect(replaced.data).not.toHaveProperty('location');
    const low = api.events.update({ ...primary, eventId: id ?? '', requestBody: { ...hourOn(2), sequence: 0 } });
    expect(await refusalOf(low)).toBe('400 invalid');
  });

  it('loses long names, long values and blanks around texts without a word', async () => {
    const properties = { private: { ['n'.repeat(45)]: 'x', short: 'v'.repeat(2000) } };
    const event = await insert({
      ...hourOn(1),
      summary: '  Trim  ',
      description: ' x '.repeat(5000),
      extendedProperties: properties,
    });
    expect(event.summary).toBe('Trim');
    expect(event.description?.length).toBeLessThanOrEqual(8192);
    expect(event.extendedProperties?.private).toEqual({ short: 'v'.repeat(1024) });
  });

  it('of a protected kind is not written', async () => {
    const { id } = await insert(hourOn(1));
    const hand = sandbox.hand(user);
    hand.calendar.put({ ...hand.find(id ?? ''), eventType: 'birthday' });
    expect(await refusalOf(patch(id ?? '', { summary: 'x' }))).toBe('400 eventTypeRestriction');
    expect(await refusalOf(api.events.delete({ ...primary, eventId: id ?? '' }))).toBe('400 eventTypeRestriction');
  });
});

describe('a series', () => {
  const weekly = { ...hourOn(1), id: 'series1', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] };

  it('has instances by name, of which a written one becomes an event of its own', async () => {
    await insert(weekly);
    const before = await get('series1_20270308T100000Z');
    expect(before).toMatchObject({
      recurringEventId: 'series1',
      originalStartTime: { dateTime: '2027-03-08T10:00:00Z' },
    });
    expect(before).not.toHaveProperty('recurrence');
    expect(await refusalOf(get('series1_20270309T100000Z'))).toBe('404 notFound');
    await patch('series1_20270308T100000Z', { summary: 'Moved' });
    await api.events.delete({ ...primary, eventId: 'series1_20270315T100000Z' });
    const instances = (await api.events.instances({ ...primary, eventId: 'series1' })).data.items ?? [];
    expect(instances.map(({ summary }) => summary).sort()).toEqual(['Dentist', 'Dentist', 'Moved']);
    const listed = (await api.events.list({ ...primary, singleEvents: false })).data.items ?? [];
    expect(listed.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'series1 confirmed',
      'series1_20270308T100000Z confirmed',
      'series1_20270315T100000Z cancelled',
    ]);
  });

  it('deleted takes all along, and is one cancelled event in a listing', async () => {
    await insert(weekly);
    await patch('series1_20270308T100000Z', { summary: 'Moved' });
    await api.events.delete({ ...primary, eventId: 'series1' });
    expect((await api.events.list({ ...primary })).data.items).toEqual([]);
    expect((await get('series1_20270308T100000Z')).status).toBe('cancelled');
  });
});

describe('a listing', () => {
  const list = async (params: calendar_v3.Params$Resource$Events$List = {}) =>
    (await api.events.list({ ...primary, ...params })).data;

  it('gives a token on its last page only, good for the same words and this calendar', async () => {
    for (const day of [1, 2, 3]) await insert(hourOn(day));
    const first = await list({ maxResults: 2 });
    expect(first).toMatchObject({ nextPageToken: expect.any(String), items: { length: 2 } });
    expect(first).not.toHaveProperty('nextSyncToken');
    const last = await list({ maxResults: 2, pageToken: first.nextPageToken ?? '' });
    const token = { syncToken: last.nextSyncToken ?? '' };
    expect((await list(token)).items).toEqual([]);
    expect(await refusalOf(list({ ...token, timeMin: '2027-01-01T00:00:00Z' }))).toBe('400 invalid');
    expect(await refusalOf(list({ ...token, showDeleted: false }))).toBe('400 invalid');
    expect(await refusalOf(list({ ...token, singleEvents: true }))).toBe('400 invalid');
    expect(await refusalOf(list({ maxResults: 3, pageToken: first.nextPageToken ?? '' }))).toBe('400 invalid');
    const other = sandbox.world.addCalendar(user, `c_${number}@group.calendar.google.com`, 'Other');
    expect(await refusalOf(api.events.list({ calendarId: other.id, ...token }))).toBe('410 fullSyncRequired');
  });

  it('since a token names each change once, deletions as no more than an id', async () => {
    const kept = await insert(hourOn(1));
    const gone = await insert(hourOn(2));
    const { nextSyncToken } = await list();
    await patch(kept.id ?? '', { summary: 'One' });
    await patch(kept.id ?? '', { summary: 'Two' });
    await api.events.delete({ ...primary, eventId: gone.id ?? '' });
    const { items } = await list({ syncToken: nextSyncToken ?? '' });
    expect(items?.map(({ summary, status }) => summary ?? status)).toEqual(['Two', 'cancelled']);
    expect(Object.keys(items?.[1] ?? {}).sort()).toEqual(['etag', 'id', 'kind', 'status']);
  });

  it('by a property, by a UID, by kind and by time', async () => {
    const { id, iCalUID } = await insert({ ...hourOn(1), extendedProperties: { private: { pid: 'p1' } } });
    await insert(hourOn(2));
    const found = async (params: calendar_v3.Params$Resource$Events$List) =>
      (await list(params)).items?.map(one => one.id);
    expect(await found({ privateExtendedProperty: ['pid=p1'] })).toEqual([id]);
    expect(await found({ iCalUID: iCalUID ?? '' })).toEqual([id]);
    expect(await found({ timeMin: '2027-03-01T00:00:00Z', timeMax: '2027-03-02T00:00:00Z' })).toEqual([id]);
    expect(await found({ eventTypes: ['birthday'] })).toEqual([]);
    expect(await list({ iCalUID: iCalUID ?? '' })).not.toHaveProperty('nextSyncToken');
    expect(await refusalOf(list({ orderBy: 'startTime' }))).toBe('400 invalid');
    expect(await refusalOf(list({ updatedMin: '2020-01-01T00:00:00Z' }))).toBe('410 updatedMinTooLongAgo');
  });
});

describe('guests', () => {
  it('have a copy of their own, whose answer goes back and whose other edits do not', async () => {
    const guest = `guest${number}@tide.test`;
    sandbox.addUser({ email: guest });
    const { id } = await insert({ ...hourOn(1), attendees: [{ email: guest, responseStatus: 'needsAction' }] });
    const theirs = await clientOf(guest);
    const answer = [{ email: guest, self: true, responseStatus: 'accepted' }];
    await theirs.events.patch({ ...primary, eventId: id ?? '', requestBody: { attendees: answer, summary: 'Mine' } });
    const event = await get(id ?? '');
    expect(event.attendees).toMatchObject([{ email: guest, responseStatus: 'accepted' }]);
    expect(event.summary).toBe('Dentist');
    expect(sandbox.world.invitations.at(-1)).toMatchObject({ to: [guest], sendUpdates: null });
  });
});

describe('the door', () => {
  it('is closed to those without a token, without the scope, and without a share', async () => {
    const bare = new calendar_v3.Calendar({ rootUrl: sandbox.apiRoot, retry: false });
    expect(await refusalOf(bare.events.list(primary))).toBe('401 authError');
    const token = await tokenOf(user, 'https://www.googleapis.com/auth/gmail.send');
    const mailer = new calendar_v3.Calendar({
      rootUrl: sandbox.apiRoot,
      headers: { authorization: `Bearer ${token}` },
      retry: false,
    });
    expect(await refusalOf(mailer.events.list(primary))).toBe('403 insufficientPermissions');
    const other = sandbox.addUser({ email: `other${number}@tide.test` });
    expect(await refusalOf(api.events.list({ calendarId: other.id }))).toBe('404 notFound');
    other.roles.set(user, 'reader');
    expect((await api.events.list({ calendarId: other.id })).data.accessRole).toBe('reader');
    expect(await refusalOf(api.events.insert({ calendarId: other.id, requestBody: hourOn(1) }))).toBe(
      '403 requiredAccessLevel',
    );
    expect((await api.calendarList.list()).data.items?.map(({ accessRole }) => accessRole)).toEqual([
      'owner',
      'reader',
    ]);
  });

  it('makes calendars', async () => {
    const { id } = (await api.calendars.insert({ requestBody: { summary: 'Unit 2' } })).data;
    expect((await api.calendars.get({ calendarId: id ?? '' })).data).toMatchObject({
      summary: 'Unit 2',
      timeZone: 'Europe/London',
    });
  });
});

describe('mail', () => {
  it('is taken as it comes and found by its message id', async () => {
    const token = await tokenOf(
      user,
      'https://www.googleapis.com/auth/gmail.send https://www.googleapis.com/auth/gmail.readonly',
    );
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const raw = 'From: a@tide.test\r\nTo: b@tide.test\r\nMessage-ID: <m1@tide.test>\r\n\r\nHé';
    const base = `${sandbox.url}/gmail/v1/users/me/messages`;
    const send = (body: unknown) => fetch(`${base}/send`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect((await send({ raw: Buffer.from(raw).toString('base64url') })).status).toBe(200);
    expect((await send({})).status).toBe(400);
    const found = async (id: string) =>
      (await (await fetch(`${base}?q=rfc822msgid:${id}`, { headers })).json()) as { messages?: unknown[] };
    expect((await found('m1@tide.test')).messages).toHaveLength(1);
    expect((await found('m2@tide.test')).messages).toBeUndefined();
    expect(sandbox.gmail.sent()).toMatchObject([{ from: user, raw }]);
  });
});
