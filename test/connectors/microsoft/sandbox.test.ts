/** The sandbox held against what Microsoft publishes of itself, apart from the connector. */
import type { Event, Subscription } from '@microsoft/microsoft-graph-types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MicrosoftSandbox } from '../../../connectors/sandbox/microsoft-server.ts';
import { eventShape, instanceShape, type View } from '../../../connectors/sandbox/microsoft-shape.ts';
import { namesOf } from '../../../connectors/sandbox/microsoft-world.ts';
import { anna, registration, startSandbox } from '../../contract/microsoft-bench.ts';

let sandbox: MicrosoftSandbox;
let token: string;
beforeEach(async () => {
  sandbox = await startSandbox();
  const form = new URLSearchParams({
    client_id: registration.clientId,
    client_secret: registration.clientSecret,
    grant_type: 'client_credentials',
    scope: 'https://graph.microsoft.com/.default',
  });
  const reply = await fetch(`${sandbox.url}/tenant-1/oauth2/v2.0/token`, { method: 'POST', body: form });
  ({ access_token: token } = (await reply.json()) as { access_token: string });
});
afterEach(() => sandbox.stop());

type Said = { status: number; headers: Headers; body: Record<string, unknown> & { error?: { code: string } } };
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Said> {
  const reply = await fetch(`${sandbox.graphRoot}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, body: text === '' ? {} : JSON.parse(text) };
}

const immutable = { prefer: 'IdType="ImmutableId"' };
const base = `/users/${anna.address}`;
const london = (dateTime: string) => ({ dateTime, timeZone: 'Europe/London' });
const meeting = { subject: 'Day 12', start: london('2027-06-16T08:00:00'), end: london('2027-06-16T09:00:00') };
const pattern = { type: 'daily', interval: 1 };
const series = {
  ...meeting,
  recurrence: { pattern, range: { type: 'numbered', startDate: '2027-06-16', numberOfOccurrences: 4 } },
};

/** Every field of these that Microsoft's own types know has a value of its type. */
const view: View = { zone: 'UTC', text: false, properties: [], select: null, exceptions: false };

describe('shapes', () => {
  const known: Record<string, true> = {
    ...keysOf<Event>()({
      id: true,
      changeKey: true,
      iCalUId: true,
      createdDateTime: true,
      lastModifiedDateTime: true,
      subject: true,
      bodyPreview: true,
      body: true,
      start: true,
      end: true,
      originalStart: true,
      originalStartTimeZone: true,
      originalEndTimeZone: true,
      isAllDay: true,
      isCancelled: true,
      isOrganizer: true,
      isDraft: true,
      hasAttachments: true,
      showAs: true,
      sensitivity: true,
      importance: true,
      categories: true,
      isReminderOn: true,
      reminderMinutesBeforeStart: true,
      responseRequested: true,
      allowNewTimeProposals: true,
      hideAttendees: true,
      responseStatus: true,
      location: true,
      locations: true,
      attendees: true,
      organizer: true,
      isOnlineMeeting: true,
      onlineMeetingProvider: true,
      onlineMeeting: true,
      onlineMeetingUrl: true,
      webLink: true,
      type: true,
      seriesMasterId: true,
      transactionId: true,
      recurrence: true,
      cancelledOccurrences: true,
      exceptionOccurrences: true,
      singleValueExtendedProperties: true,
    }),
  };

  it('of events hold no field that Graph has not', () => {
    const hand = sandbox.hand(anna.address);
    hand.add(series as never);
    const calendar = sandbox.world.calendar(anna.address, null);
    const [item] = calendar.state.items();
    if (!item) throw new Error('no event');
    const stored = { event: item.content, tag: item.tag, owner: anna.address };
    const names = namesOf(calendar, item.id, item.content.mint, true);
    const all = { ...view, select: null, exceptions: true };
    for (const shape of [eventShape(stored, names, all), instanceShape(stored, '2027-06-17T08:00:00', names, all)]) {
      expect(Object.keys(shape).filter(name => !name.startsWith('@') && !known[name])).toEqual([]);
    }
  });

  it('of subscriptions hold no field that Graph has not', () => {
    const fields = keysOf<Subscription>()({
      id: true,
      changeType: true,
      resource: true,
      notificationUrl: true,
      lifecycleNotificationUrl: true,
      expirationDateTime: true,
      clientState: true,
    });
    expect(Object.keys(fields)).toHaveLength(7);
  });
});

function keysOf<Type>() {
  return <Keys extends { [Key in keyof Type]?: true }>(
    keys: Keys & { [Key in Exclude<keyof Keys, keyof Type>]: never },
  ) => keys;
}

describe('the mailbox', () => {
  it('shows times in UTC unless asked, with seven digits, and remembers the zone', async () => {
    const { status, body } = await ask('POST', `${base}/calendar/events`, meeting);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      start: { dateTime: '2027-06-16T07:00:00.0000000', timeZone: 'UTC' },
      originalStartTimeZone: 'Europe/London',
      type: 'singleInstance',
      '@odata.etag': expect.stringMatching(/^W\/"/),
    });
    const view = `?startDateTime=2027-06-16T00:00:00Z&endDateTime=2027-06-17T00:00:00Z`;
    const pacific = { prefer: 'outlook.timezone="Pacific Standard Time"' };
    const listed = await ask('GET', `${base}/calendarView${view}`, undefined, pacific);
    expect(listed.body.value).toMatchObject([{ start: { dateTime: '2027-06-16T00:00:00.0000000' } }]);
  });

  it('gives other ids on request, which stay when an item moves', async () => {
    const regular = (await ask('POST', `${base}/calendar/events`, meeting)).body.id;
    const list = await ask('GET', `${base}/events`, undefined, immutable);
    const [{ id } = { id: '' }] = list.body.value as { id: string }[];
    expect(id).not.toBe(regular);
    sandbox.hand(anna.address).move(id, sandbox.world.addCalendar(anna.address, 'Other'));
    const other = sandbox.world.calendarsOf(anna.address)[1]?.id;
    expect((await ask('GET', `${base}/calendars/${other}/events/${id}`, undefined, immutable)).status).toBe(200);
    expect((await ask('GET', `${base}/events/${regular}`)).status).toBe(404);
    expect((await ask('GET', `${base}/events/${id}`)).body.error?.code).toBe('ErrorInvalidIdMalformed');
  });

  it('answers a repeated create with the first, and refuses another event under its key', async () => {
    const keyed = { ...meeting, transactionId: 't-1' };
    const first = await ask('POST', `${base}/calendar/events`, keyed);
    expect((await ask('POST', `${base}/calendar/events`, keyed)).body.id).toBe(first.body.id);
    const other = await ask('POST', `${base}/calendar/events`, { ...keyed, subject: 'Other' });
    expect(other).toMatchObject({ status: 400, body: { error: { code: 'ErrorDuplicateTransactionId' } } });
  });

  it('mails those who are invited, on every write of an organiser', async () => {
    const attendees = [{ type: 'required', emailAddress: { address: 'x@y.test' } }];
    const { body } = await ask('POST', `${base}/calendar/events`, { ...meeting, attendees });
    await ask('PATCH', `${base}/events/${body.id}`, { subject: 'Later' });
    await ask('DELETE', `${base}/events/${body.id}`);
    expect(sandbox.world.meetingMail.map(({ kind }) => kind)).toEqual(['invitation', 'update', 'cancellation']);
  });

  it.each([
    ['an unknown zone', { start: { ...meeting.start, timeZone: 'Mars' } }, 'TimeZoneNotSupportedException'],
    ['an end before the start', { end: london('2027-06-16T07:00:00') }, 'ErrorPropertyValidationFailure'],
    ['whole days that are not whole', { isAllDay: true }, 'ErrorPropertyValidationFailure'],
    [
      'a pattern that lacks its days',
      { recurrence: { ...series.recurrence, pattern: { type: 'weekly', interval: 1 } } },
      'ErrorPropertyValidationFailure',
    ],
  ])('refuses %s', async (_, change, code) => {
    const { status, body } = await ask('POST', `${base}/calendar/events`, { ...meeting, ...change });
    expect([status, body.error?.code]).toEqual([400, code]);
  });

  it('takes raw MIME in base64 for sending, and nothing else as MIME', async () => {
    const mime = 'Subject: Call sheet\r\n\r\nSee you.\r\n';
    const send = (text: string) => ask('POST', `${base}/sendMail`, text, { 'content-type': 'text/plain' });
    expect((await send(Buffer.from(mime).toString('base64'))).status).toBe(202);
    expect((await send('not base64!')).body.error?.code).toBe('ErrorMimeContentInvalidBase64String');
    expect(sandbox.world.sent).toEqual([{ user: anna.address, mime }]);
  });

  it('knows no /me for the application, and no mailbox of a stranger', async () => {
    expect((await ask('GET', '/me/events')).status).toBe(400);
    expect((await ask('GET', '/users/nobody@tide.test/events')).body.error?.code).toBe('Request_ResourceNotFound');
  });
});

describe('delta', () => {
  const window = '?startDateTime=2027-06-01T00:00:00Z&endDateTime=2027-07-01T00:00:00Z';
  const round = async (link: unknown) => (await ask('GET', String(link).replace(sandbox.graphRoot, ''))).body;

  it('names occurrences barely, a deleted one not at all, and a touch outside the window as removed', async () => {
    const hand = sandbox.hand(anna.address);
    const id = hand.add(series as never);
    const first = await round(`${base}/calendarView/delta${window}`);
    expect(first.value).toHaveLength(5);
    const [master, bare] = first.value as Record<string, unknown>[];
    expect(master).toMatchObject({ type: 'seriesMaster', subject: 'Day 12' });
    expect(Object.keys(bare ?? {}).sort()).toEqual(
      ['@odata.etag', '@odata.type', 'end', 'id', 'seriesMasterId', 'start', 'type'].sort(),
    );
    hand.removeInstance(id, '2027-06-18T08:00:00');
    hand.add({ ...meeting, start: london('2028-01-01T08:00:00'), end: london('2028-01-01T09:00:00') });
    const second = await round(first['@odata.deltaLink']);
    expect(second.value).toMatchObject([{ type: 'seriesMaster' }, { '@removed': { reason: 'deleted' } }]);
    expect((await round(second['@odata.deltaLink'])).value).toEqual([]);
    // The window is frozen in the token.
    const again = await round(`${String(second['@odata.deltaLink'])}&startDateTime=2020-01-01T00:00:00Z`);
    expect(again.value).toEqual([]);
  });

  it('refuses $top, and tokens it no longer knows', async () => {
    expect((await ask('GET', `${base}/calendarView/delta${window}&$top=5`)).status).toBe(400);
    const { '@odata.deltaLink': link } = await round(`${base}/calendarView/delta${window}`);
    sandbox.expireCursors();
    expect((await round(link)).error?.code).toBe('SyncStateNotFound');
  });
});

describe('a batch', () => {
  it('of more than twenty, or with an id twice, is refused', async () => {
    const requests = (count: number, id = (at: number) => String(at)) =>
      Array.from({ length: count }, (_, at) => ({ id: id(at), method: 'GET', url: `${base}/calendar` }));
    expect((await ask('POST', '/$batch', { requests: requests(20) })).body.responses).toHaveLength(20);
    expect((await ask('POST', '/$batch', { requests: requests(21) })).status).toBe(400);
    expect((await ask('POST', '/$batch', { requests: requests(2, () => 'a') })).status).toBe(400);
  });

  it('fails what depends on a failure', async () => {
    const requests = [
      { id: '1', method: 'GET', url: `${base}/events/AAMkeA=` },
      { id: '2', method: 'GET', url: `${base}/calendar`, dependsOn: ['1'] },
    ];
    const { body } = await ask('POST', '/$batch', { requests });
    expect(body.responses).toMatchObject([
      { id: '2', status: 424 },
      { id: '1', status: 404 },
    ]);
  });

  const adding = (count: number, headers: object = { 'Content-Type': 'application/json' }) =>
    Array.from({ length: count }, (_, at) => ({
      id: String(at),
      method: 'POST',
      url: `${base}/calendar/events`,
      headers,
      body: { ...meeting, subject: `Day ${at}` },
    }));
  const answers = async (requests: readonly object[]) => {
    const { body } = await ask('POST', '/$batch', { requests });
    return (body.responses as { id: string; status: number; headers: Record<string, string> }[]) ?? [];
  };

  it('is answered in no order, and takes no body without its type', async () => {
    const ids = (await answers(adding(20))).map(({ id }) => Number(id));
    expect(ids).not.toEqual(ids.toSorted((a, b) => a - b));
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect((await answers(adding(2, {}))).map(({ status }) => status)).toEqual([400, 400]);
    expect(sandbox.hand(anna.address).all()).toHaveLength(20);
  });

  it('has four parts under way, beyond which a mailbox turns them away one by one', async () => {
    sandbox.world.switches.latencyMs = 3;
    expect((await answers(adding(20))).every(({ status }) => status === 201)).toBe(true);
    sandbox.world.switches.batchWidth = 20;
    const said = await answers(adding(20));
    const away = said.filter(({ status }) => status === 429);
    expect(away).toHaveLength(16);
    expect(away[0]?.headers).toMatchObject({ 'retry-after': '1' });
    expect(sandbox.hand(anna.address).all()).toHaveLength(24);
  });

  it('may be done and its answer lost, as a whole or in one part', async () => {
    sandbox.fail({ path: /batch/, drop: 'after' });
    await expect(answers(adding(3))).rejects.toThrow();
    sandbox.fail({ method: 'POST', path: /events$/, drop: 'after' });
    const said = await answers(adding(3));
    expect(said.map(({ status }) => status).toSorted()).toEqual([201, 201, 502]);
    expect(sandbox.hand(anna.address).all()).toHaveLength(6);
  });
});
