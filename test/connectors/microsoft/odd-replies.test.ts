import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { microsoftConnector } from '../../../connectors/microsoft/index.ts';
import { keyProperty } from '../../../connectors/microsoft/marks.ts';
import type { CalendarSession } from '../../../src/sync/connector.ts';
import { countingDoor, creationOf, now, sweep } from '../../contract/bench.ts';
import { linkTo } from '../../contract/microsoft-bench.ts';

const graph = 'https://graph.microsoft.com';
const login = 'https://login.microsoftonline.com';
const base = '/v1.0/users/anna%40tide.test/calendar';

let session: CalendarSession;
beforeEach(async () => {
  nock.disableNetConnect();
  nock(login)
    .post(/\/tenant-1\/oauth2\/v2\.0\/token/)
    .reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'at' });
  const connector = microsoftConnector({
    tenantId: 'tenant-1',
    clientId: 'client-1',
    clientSecret: 'secret',
    certificate: null,
    authority: login,
    graphRoot: `${graph}/v1.0`,
  });
  session = await connector.open(linkTo('anna@tide.test'), countingDoor(null));
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

const marked = () => nock(graph).get(`${base}/events`).query(true);
const delta = () => nock(graph).get(`${base}/calendarView/delta`).query(true);
const item = { id: 'i1', '@odata.etag': 'W/"1"' };
const protocol = { kind: 'protocol' };

describe('a listing that is not what it ought to be proves nothing', () => {
  it.each([
    ['truncated JSON', '{"value":[{"id":"i1","subj'],
    ['an HTML page', '<!doctype html><html><title>Sign in</title></html>'],
    ['an empty 200', ''],
    ['no value', '{"@odata.deltaLink":"https://graph.microsoft.com/v1.0/x"}'],
    ['a value that is no list', '{"value":{},"@odata.deltaLink":"https://graph.microsoft.com/v1.0/x"}'],
    ['an entry without id', '{"value":[{"subject":"x"}],"@odata.deltaLink":"https://graph.microsoft.com/v1.0/x"}'],
    ['no link to go on from', '{"value":[]}'],
    ['null', 'null'],
  ])('%s', async (_, body) => {
    marked().reply(200, { value: [] });
    delta().reply(200, body);
    await expect(sweep(session, null)).rejects.toMatchObject(protocol);
  });

  it.each([301, 302, 307])('a redirect (%d) is not followed with our token', async status => {
    marked().reply(status, '', { location: 'https://elsewhere.test/' });
    await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('a link that leads to another server is not followed with our token', async () => {
    marked().reply(200, { value: [] });
    delta().reply(200, { value: [], '@odata.nextLink': 'https://graph.microsoft.com.elsewhere.test/v1.0/steal' });
    await expect(sweep(session, null)).rejects.toMatchObject(protocol);
  });

  it('an error page without code or body is a failure by its status', async () => {
    marked().reply(502, '<html>Bad gateway</html>');
    await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'unavailable' });
    marked().reply(503);
    await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'unavailable' });
    marked().reply(403, { error: { code: 'ErrorAccessDenied', message: 'secret text', innererror: {} } });
    await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('an unauthorised answer is tried once more with a fresh token, and no oftener', async () => {
    nock(login).post(/token/).reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'fresh' });
    marked().times(2).reply(401, '{}');
    await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'reconnect' });
    expect(nock.isDone()).toBe(true);
  });
});

describe('an answer to a write', () => {
  it.each([
    ['that is empty', ''],
    ['that is a page', '<html>'],
    ['that is cut off', '{"id":"i1","subj'],
    ['without id', '{"subject":"x"}'],
  ])('%s leaves the outcome unknown', async (_, body) => {
    nock(graph).post(`${base}/events`).reply(201, body);
    await expect(session.create(creationOf(1))).rejects.toMatchObject({ kind: 'protocol', outcome: 'unknown' });
  });

  it('carries one key on every try, and never the same body twice', async () => {
    const bodies: Record<string, unknown>[] = [];
    for (let attempt = 0; attempt < 2; attempt += 1) {
      nock(graph)
        .post(`${base}/events`, body => bodies.push(body) > 0)
        .reply(503);
      await expect(session.create(creationOf(1))).rejects.toMatchObject({ outcome: 'unknown' });
    }
    expect(bodies[0]?.transactionId).toBe('00000000-0000-0000-0000-000000000001');
    expect(bodies[1]?.transactionId).toBe(bodies[0]?.transactionId);
    expect(bodies[1]).not.toEqual(bodies[0]);
    expect(bodies.some(body => 'attendees' in body)).toBe(false);
  });

  it('that names the event made before is followed there, since a search may not know it yet', async () => {
    const error = { code: 'ErrorDuplicateTransactionId', '@event.existingEventId': 'i1' };
    nock(graph).post(`${base}/events`).reply(400, { error });
    const marks = [{ id: keyProperty, value: creationOf(1).marker.key }];
    const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
    const times = { start: at('2027-03-01T10:00:00'), end: at('2027-03-01T11:00:00') };
    const made = { ...item, ...times, singleValueExtendedProperties: marks };
    nock(graph).get(`${base}/events/i1`).query(true).times(2).reply(200, made);
    await expect(session.create(creationOf(1))).rejects.toMatchObject({ kind: 'exists', outcome: 'not-done' });
    expect(await session.find(creationOf(1))).toMatchObject({
      remoteId: 'i1',
      marker: { key: creationOf(1).marker.key },
    });
  });

  it('is not believed when a batch leaves one of its parts out', async () => {
    nock(graph)
      .post('/v1.0/$batch')
      .reply(200, { responses: [{ id: '0', status: 404, body: {} }] });
    const look = session.look(['i1', 'i2'] as never);
    await expect(look).rejects.toMatchObject(protocol);
  });

  it('a 404 about the mailbox does not prove that an item is gone', async () => {
    nock(graph)
      .get(`${base}/events/i1`)
      .query(true)
      .reply(404, { error: { code: 'MailboxNotEnabledForRESTAPI' } });
    await expect(session.look(['i1'] as never)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('an answer to several writes that left together', () => {
  const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
  const made = { ...item, start: at('2027-03-01T10:00:00'), end: at('2027-03-01T11:00:00') };
  const created = async (status: number, said: unknown) => {
    const bodies: { requests: Record<string, unknown>[] }[] = [];
    nock(graph)
      .post('/v1.0/$batch', body => bodies.push(body) > 0)
      .reply(status, said as nock.Body);
    const settled = await Promise.allSettled([1, 2, 3].map(number => session.create(creationOf(number))));
    expect(bodies).toHaveLength(1);
    return { settled, requests: bodies[0]?.requests ?? [] };
  };
  const unknown = (kind: string) => ({ status: 'rejected', reason: { kind, outcome: 'unknown' } });

  it('is each part’s own, in any order; one that is missing or has no body is unknown', async () => {
    const responses = [
      { id: '1', status: 201, headers: {} },
      { id: '0', status: 201, headers: {}, body: made },
    ];
    const { settled, requests } = await created(200, { responses });
    expect(settled).toMatchObject([
      { status: 'fulfilled', value: { remoteId: 'i1' } },
      unknown('protocol'),
      unknown('protocol'),
    ]);
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(3).fill('POST /users/anna%40tide.test/calendar/events'),
    );
    expect(JSON.stringify(requests)).not.toContain('attendees');
  });

  it('is unknown for each of them where the whole is an error page, and nothing is sent again', async () => {
    expect((await created(502, '<html>Bad gateway</html>')).settled).toMatchObject(
      Array(3).fill(unknown('unavailable')),
    );
    expect((await created(200, '<html>')).settled).toMatchObject(Array(3).fill(unknown('protocol')));
  });

  it('means the same in a part as by itself', async () => {
    const error = (code: string) => ({ error: { code, message: 'secret text' } });
    const responses = [
      { id: '0', status: 429, headers: { 'retry-after': '2.128' }, body: error('ApplicationThrottled') },
      { id: '1', status: 409, headers: {}, body: error('ErrorDuplicateTransactionId') },
      { id: '2', status: 403, headers: {}, body: error('ErrorAccessDenied') },
    ];
    marked().reply(200, { value: [] });
    const refused = (kind: string, more = {}) => ({ reason: { kind, outcome: 'not-done', ...more } });
    expect((await created(200, { responses })).settled).toMatchObject([
      refused('throttled', { retryAt: now + 2128 }),
      refused('exists'),
      refused('forbidden'),
    ]);
  });

  it('about events that are to go is success without a body, and where they have gone already', async () => {
    const seen = (id: string) => ({ id, status: 200, headers: {}, body: { ...made, id: `i${id}` } });
    nock(graph)
      .post('/v1.0/$batch')
      .reply(200, { responses: [seen('1'), seen('0')] });
    const responses = [
      { id: '0', status: 204 },
      { id: '1', status: 404, body: { error: { code: 'ErrorItemNotFound' } } },
    ];
    nock(graph).post('/v1.0/$batch').reply(200, { responses });
    const ref = (remoteId: string) => ({ remoteId, tag: item['@odata.etag'], native: null }) as never;
    await Promise.all([session.remove(ref('i0')), session.remove(ref('i1'))]);
    expect(nock.isDone()).toBe(true);
  });
});

describe('an item with odd contents', () => {
  const seen = async (event: object) => {
    nock(graph)
      .get(`${base}/events/i1`)
      .query(true)
      .reply(200, { ...item, ...event });
    return (await session.look(['i1'] as never))[0];
  };
  const times = {
    start: { dateTime: '2027-03-01T10:00:00.0000000', timeZone: 'UTC' },
    end: { dateTime: '2027-03-01T11:00:00.0000000', timeZone: 'UTC' },
  };

  it('null everywhere is an event without texts', async () => {
    const blank = { subject: null, body: null, location: null, showAs: null, attendees: null, recurrence: null };
    expect(await seen({ ...times, ...blank })).toMatchObject({
      kind: 'present',
      face: { title: '', place: '', notes: '' },
    });
  });

  it('without times, or with times that are none, is set aside', async () => {
    expect(await seen({ subject: 'x' })).toMatchObject({ kind: 'unreadable' });
    const bad = { dateTime: '2027-13-41T99:00:00', timeZone: 'UTC' };
    expect(await seen({ start: bad, end: bad })).toMatchObject({ kind: 'unreadable' });
  });

  it('that ends before it begins ends when it begins', async () => {
    const face = { when: { start: '2027-03-01T11:00:00', end: '2027-03-01T11:00:00' } };
    expect(await seen({ start: times.end, end: times.start })).toMatchObject({ kind: 'present', face });
  });

  it('of a new shape is set aside, and the others of its list are read', async () => {
    const odd = { ...item, ...times, recurrence: { pattern: { type: 'lunar', interval: 1 }, range: {} } };
    expect(await seen(odd)).toMatchObject({ kind: 'unreadable', tag: 'W/"1"' });
    marked().reply(200, { value: [] });
    const deltaLink = `${graph}${base}/calendarView/delta?$deltatoken=1`;
    delta().reply(200, { value: [odd, { ...item, ...times, id: 'i2' }], '@odata.deltaLink': deltaLink });
    const { items } = await sweep(session, null);
    expect(items.map(({ kind, remoteId }) => [kind, remoteId])).toEqual([
      ['unreadable', 'i1'],
      ['present', 'i2'],
    ]);
  });
});
