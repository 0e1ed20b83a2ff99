/** What Google, its front ends and what stands before it may answer, played by nock. Nothing of it may read as success. */
import nock from 'nock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { googleConnector } from '../../../connectors/google/index.ts';
import { brandId, type Cursor, type RemoteId, type Tag } from '../../../src/model/ids.ts';
import type { CalendarSession, ConnectorDoor } from '../../../src/sync/connector.ts';
import { RemoteError } from '../../../src/sync/remote-error.ts';
import { countingDoor, creationOf, now, sweep } from '../../contract/bench.ts';
import { linkOf } from '../../contract/google-bench.ts';

const root = 'https://www.googleapis.com';
const events = '/calendar/v3/calendars/primary/events';
const connector = googleConnector({
  apiRoot: `${root}/`,
  authUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  serviceAccountKey: null,
  oauth: { clientId: 'id', clientSecret: 'secret' },
});
const secret = JSON.stringify({
  kind: 'oauth',
  refreshToken: '1//r',
  accessToken: 'ya29.a',
  expiresAt: now + 3_600_000,
});

let session: CalendarSession;
beforeAll(() => nock.disableNetConnect());
beforeEach(async () => {
  session = await open();
});
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

const open = (changes: Partial<ConnectorDoor> = {}) =>
  connector.open(linkOf('c06@tide.test'), { ...countingDoor(secret), ...changes });

async function errorOf(act: () => Promise<unknown>): Promise<RemoteError> {
  const error = await act().then(
    () => null,
    reason => reason,
  );
  if (error instanceof RemoteError) return error;
  throw new Error(`expected a RemoteError, got ${error}`);
}

const refused = (code: number, reason: string, more: Readonly<Record<string, string>> = {}) => ({
  error: { errors: [{ domain: 'global', reason, message: reason, ...more }], code, message: reason },
});
const cursor = brandId<Cursor>('default+focusTime+fromGmail+outOfOffice:CAoQ');
const ref = { remoteId: brandId<RemoteId>('abc12'), tag: brandId<Tag>('"1"'), native: '' };
const change = { ...creationOf(1), fields: { title: 'Moved' } };

const at = (hour: string) => ({ dateTime: `2027-03-01T${hour}:00Z`, timeZone: 'Europe/London' });
const weekly = {
  id: 'series1',
  etag: '"1"',
  iCalUID: 'series1@google.com',
  status: 'confirmed',
  start: at('09:00'),
  end: at('10:00'),
  recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'],
};

describe('a listing', () => {
  const whole = { kind: 'calendar#events', items: [], nextSyncToken: 'CAoQ', accessRole: 'owner' };
  const odd: Readonly<Record<string, readonly [number, string | object]>> = {
    'S1 an HTML page with 200': [200, '<!DOCTYPE html><html><body>Please sign in</body></html>'],
    'S1 an empty body with 200': [200, ''],
    'JSON that is cut off': [200, JSON.stringify(whole).slice(0, 40)],
    'JSON of another kind': [200, { kind: 'calendar#calendarList', items: [] }],
    'a list without its items': [200, { ...whole, items: undefined }],
    'a last page without a sync token': [200, { ...whole, nextSyncToken: undefined }],
    'an entry without an id': [200, { ...whole, items: [{ status: 'confirmed' }] }],
    null: [200, 'null'],
    'a 204': [204, ''],
    'a redirect': [302, ''],
  };
  it.each(Object.entries(odd))('%s is no empty Google calendar', async (_name, [status, body]) => {
    for (const from of [null, cursor]) {
      nock(root).get(events).query(true).reply(status, body, { location: 'https://login.test/' });
      expect(await errorOf(() => sweep(session, from))).toMatchObject({ kind: 'protocol' });
    }
  });

  it('S1 a calendar that is not there, or not ours any more, is no empty one', async () => {
    nock(root).get(events).query(true).reply(404, refused(404, 'notFound'));
    expect(await errorOf(() => sweep(session, cursor))).toMatchObject({ kind: 'gone', detail: { scope: 'calendar' } });
  });

  it('S2 that breaks off after its first page proves nothing', async () => {
    nock(root)
      .get(events)
      .query(query => !('pageToken' in query))
      .reply(200, { ...whole, nextSyncToken: undefined, nextPageToken: 'p2' })
      .get(events)
      .query(({ pageToken }) => pageToken === 'p2')
      .reply(503, 'backend');
    expect(await errorOf(() => sweep(session, null))).toMatchObject({ kind: 'unavailable' });
  });

  it.each([
    ['410 fullSyncRequired', 410, refused(410, 'fullSyncRequired', { location: 'syncToken' })],
    ['410 updatedMinTooLongAgo', 410, refused(410, 'updatedMinTooLongAgo', { location: 'updatedMin' })],
    ['400 for a token that never was one', 400, refused(400, 'invalid', { location: 'syncToken' })],
  ] as const)('%s asks for everything anew', async (_name, status, body) => {
    nock(root).get(events).query(true).reply(status, body);
    expect(await errorOf(() => sweep(session, cursor))).toMatchObject({ kind: 'cursor-expired' });
  });

  it('a page token that got lost is tried again later, with the old sync token', async () => {
    nock(root)
      .get(events)
      .query(true)
      .reply(400, refused(400, 'invalid', { location: 'pageToken' }));
    expect(await errorOf(() => sweep(session, cursor))).toMatchObject({ kind: 'unavailable' });
  });

  it('S62 one event of a form we do not know is set aside, the rest goes on', async () => {
    const good = {
      id: 'good1',
      etag: '"1"',
      status: 'confirmed',
      start: { date: '2027-03-01' },
      end: { date: '2027-03-02' },
    };
    const items = [
      { id: 'strange1', etag: '"2"', start: 7 },
      { ...good, id: 'strange2', start: { date: '2027-02-30' } },
      { ...good, id: 'strange3', recurrence: ['RRULE:FREQ=SECONDLY'] },
      { ...good, id: 'strange4', recurrence: ['RRULE:FREQ=DAILY', 'RRULE:FREQ=WEEKLY'] },
      {
        ...good,
        id: 'strange5',
        start: { dateTime: '2027-03-01T10:00:00Z' },
        end: { dateTime: '2027-03-01T09:00:00Z' },
      },
      good,
    ];
    nock(root)
      .get(events)
      .query(true)
      .reply(200, { ...whole, items });
    const seen = (await sweep(session, null)).items;
    expect(seen.filter(({ kind }) => kind === 'unreadable').map(({ remoteId }) => remoteId)).toHaveLength(5);
    expect(seen.filter(({ kind }) => kind === 'present').map(({ remoteId }) => remoteId)).toEqual(['good1']);
  });

  it('that names one event twice is read in its order: what comes later is newer', async () => {
    const series = { ...weekly, status: 'confirmed' };
    const page = (query: (given: { pageToken?: unknown }) => boolean, reply: object) =>
      nock(root)
        .get(events)
        .query(query)
        .reply(200, { ...whole, ...reply });
    page(({ pageToken }) => pageToken === undefined, {
      items: [{ id: weekly.id, status: 'cancelled' }],
      nextSyncToken: undefined,
      nextPageToken: 'p2',
    });
    page(({ pageToken }) => pageToken === 'p2', { items: [series] });
    expect((await sweep(session, null)).items).toMatchObject([{ kind: 'present', remoteId: weekly.id }]);
  });

  it('S54 whose cancelled date the listing of the series does not know yet is believed', async () => {
    const gone = {
      id: `${weekly.id}_20270308T090000Z`,
      status: 'cancelled',
      recurringEventId: weekly.id,
      originalStartTime: { dateTime: '2027-03-08T09:00:00Z' },
    };
    const page = (query: (given: { iCalUID?: unknown }) => boolean, items: readonly object[]) =>
      nock(root)
        .get(events)
        .query(query)
        .reply(200, { ...whole, items });
    page(({ iCalUID }) => iCalUID === undefined, [weekly, gone]);
    page(({ iCalUID }) => iCalUID === weekly.iCalUID, [weekly]);
    const [seen] = (await sweep(session, cursor)).items;
    expect(seen).toMatchObject({ kind: 'present', face: { series: { exdates: ['2027-03-08T09:00:00'] } } });
  });

  it('is asked for in the same words each time, and with nothing that a sync token forbids', async () => {
    const asked: URLSearchParams[] = [];
    nock(root).get(events).query(true).times(2).reply(200, whole);
    const listening = await open({
      fetch: (input, init) => {
        asked.push(new URL(String(input)).searchParams);
        return fetch(input, init);
      },
    });
    await sweep(listening, (await sweep(listening, null)).next);
    const [first, second] = asked.map(query => [...query].filter(([name]) => name !== 'syncToken'));
    expect(first).toEqual(second);
    expect(Object.fromEntries(first ?? [])).toMatchObject({
      singleEvents: 'false',
      showDeleted: 'true',
      maxResults: '2500',
    });
    expect(asked[0]?.getAll('eventTypes')).not.toContain('birthday');
    expect(asked[0]?.get('quotaUser')).toMatch(/^[\da-f]{8}$/);
    expect(asked[1]?.get('syncToken')).toBe('CAoQ');
  });

  it('a cursor from another way of asking is not used', async () => {
    expect(await errorOf(() => sweep(session, brandId('default:CAoQ')))).toMatchObject({ kind: 'cursor-expired' });
  });
});

describe('a refusal', () => {
  const kinds: readonly (readonly [number, string, string])[] = [
    [400, 'invalid', 'rejected'],
    [400, 'eventTypeRestriction', 'rejected'],
    [401, 'authError', 'reconnect'],
    [403, 'rateLimitExceeded', 'throttled'],
    [403, 'userRateLimitExceeded', 'throttled'],
    [403, 'forbidden', 'forbidden'],
    [403, 'requiredAccessLevel', 'forbidden'],
    [403, 'forbiddenForNonOrganizer', 'forbidden'],
    [403, 'forbiddenForServiceAccounts', 'forbidden'],
    [403, 'insufficientPermissions', 'reconnect'],
    [403, 'accessNotConfigured', 'reconnect'],
    [403, 'notACalendarUser', 'reconnect'],
    [403, 'domainPolicy', 'reconnect'],
    [403, 'something new', 'forbidden'],
    [404, 'notFound', 'gone'],
    [410, 'deleted', 'gone'],
    [412, 'conditionNotMet', 'stale'],
    [413, 'uploadTooLarge', 'rejected'],
    [429, 'rateLimitExceeded', 'throttled'],
  ];
  it.each(kinds)('%i %s to an update is %s, and nothing was done', async (status, reason, kind) => {
    nock('https://oauth2.googleapis.com').post('/token').reply(200, { access_token: 'ya29.b', expires_in: 3599 });
    nock(root).patch(`${events}/abc12`).query(true).times(2).reply(status, refused(status, reason));
    expect(await errorOf(() => session.update(ref, change))).toMatchObject({ kind, outcome: 'not-done' });
  });

  it.each([
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
    [408, 'timeout'],
  ] as const)('%i to a write may have been done', async (status, kind) => {
    nock(root).post(events).query(true).reply(status, '<html>Error</html>');
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({ kind, outcome: 'unknown' });
  });

  it('403 with the scope named in its details asks for another consent', async () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' },
    ];
    const error = {
      code: 403,
      message: 'scopes',
      status: 'PERMISSION_DENIED',
      errors: [{ reason: 'forbidden' }],
      details,
    };
    nock(root).post(events).query(true).reply(403, { error });
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({ kind: 'reconnect' });
  });

  it('409 duplicate means that it exists, 409 conflict that Google was busy', async () => {
    nock(root).post(events).query(true).reply(409, refused(409, 'duplicate'));
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({ kind: 'exists', outcome: 'not-done' });
    nock(root).post(events).query(true).reply(409, refused(409, 'conflict'));
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({
      kind: 'unavailable',
      outcome: 'not-done',
    });
  });

  it('S57 a limit for hours is waited out for an hour at least, others as long as Google says', async () => {
    const throttled = async (reason: string, headers: Readonly<Record<string, string>> = {}) => {
      nock(root).post(events).query(true).reply(403, refused(403, reason), headers);
      return errorOf(() => session.create(creationOf(1)));
    };
    expect(await throttled('quotaExceeded')).toMatchObject({ kind: 'throttled', retryAt: now + 3_600_000 });
    expect(await throttled('quotaExceeded', { 'retry-after': '7200' })).toMatchObject({ retryAt: now + 7_200_000 });
    expect(await throttled('userRateLimitExceeded', { 'retry-after': '30' })).toMatchObject({ retryAt: now + 30_000 });
    expect(await throttled('userRateLimitExceeded', { 'retry-after': '1' })).toMatchObject({ retryAt: now + 1000 });
    expect(await throttled('userRateLimitExceeded')).toMatchObject({ retryAt: null });
  });

  it('holds no text of the event and no address', async () => {
    nock(root).post(events).query(true).reply(400, refused(400, 'invalid'));
    const error = await errorOf(() => session.create(creationOf(1)));
    expect(`${error.message} ${JSON.stringify(error.detail)}`).not.toMatch(/recce|Harbour|tide\.test|ya29/i);
  });
});

describe('a success', () => {
  it.each([
    ['with an empty body', ''],
    ['that is cut off', '{"kind":"calendar#event","id":"00'],
    ['that is a page', '<html>OK</html>'],
  ])('%s leaves the outcome of a write open', async (_name, body) => {
    nock(root).post(events).query(true).reply(200, body);
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({ kind: 'protocol', outcome: 'unknown' });
  });

  it('S63 of a removal is also that it was removed already', async () => {
    nock(root).delete(`${events}/abc12`).query(true).reply(410, refused(410, 'deleted'));
    await session.remove(ref);
    nock(root).delete(`${events}/abc12`).query(true).reply(404, refused(404, 'notFound'));
    await session.remove(ref);
  });
});

describe('a removal that is refused since the event changed', () => {
  it.each([
    ['cancelled', null],
    ['confirmed', 'stale'],
  ])('is done where that change was a deletion (%s)', async (status, kind) => {
    nock(root).delete(`${events}/abc12`).query(true).reply(412, refused(412, 'conditionNotMet'));
    nock(root)
      .get(`${events}/abc12`)
      .query(true)
      .reply(200, { ...weekly, id: 'abc12', recurrence: null, status });
    const removal = session.remove(ref);
    if (kind === null) await removal;
    else expect(await errorOf(() => removal)).toMatchObject({ kind });
  });
});

describe('no answer', () => {
  it('in a broken connection leaves the outcome open, a refused one does not', async () => {
    const cut = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    nock(root).post(events).query(true).replyWithError(cut);
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({
      kind: 'unavailable',
      outcome: 'unknown',
    });
    const closed = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    nock(root).post(events).query(true).replyWithError(closed);
    expect(await errorOf(() => session.create(creationOf(1)))).toMatchObject({
      kind: 'unavailable',
      outcome: 'not-done',
    });
  });

  it('S64 ends with the run', async () => {
    const run = new AbortController();
    const stopped = await open({ signal: run.signal });
    run.abort();
    nock(root).get(events).query(true).delay(50).reply(200, {});
    expect(await errorOf(() => sweep(stopped, null))).toMatchObject({ kind: 'timeout' });
  });

  it.each(['a 503', 'a broken connection'])('after %s is not tried again below the engine', async what => {
    let requests = 0;
    const counting = await open({
      fetch: async () => {
        requests += 1;
        if (what === 'a 503') return new Response('down', { status: 503 });
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
      },
    });
    expect(await errorOf(() => sweep(counting, null))).toMatchObject({ kind: 'unavailable' });
    expect(requests).toBe(1);
  });
});

describe('looking', () => {
  it('does not take a calendar that is lost for one whose events were deleted', async () => {
    nock(root).get(`${events}/abc12`).query(true).reply(404, refused(404, 'notFound'));
    nock(root).get(events).query(true).reply(404, refused(404, 'notFound'));
    expect(await errorOf(() => session.look([ref.remoteId]))).toMatchObject({
      kind: 'gone',
      detail: { scope: 'calendar' },
    });
  });
});
