import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkHost, feedAddress, isPrivate } from '../../../connectors/ics/address.ts';
import { createIcsConnector } from '../../../connectors/ics/index.ts';
import { brandId } from '../../../src/model/ids.ts';
import type { ConnectorDoor } from '../../../src/sync/connector.ts';
import { countingDoor, creationOf, knowing, plainFace, presents, sweep } from '../../contract/bench.ts';
import { linkTo } from '../../contract/caldav-bench.ts';

let said: { status: number; headers?: Record<string, string>; body?: string };
let asked: IncomingHttpHeaders[] = [];
const server = createServer((request, response) => {
  asked.push(request.headers);
  const match = said.headers?.etag;
  const same = match !== undefined && request.headers['if-none-match'] === match;
  response.writeHead(same ? 304 : said.status, said.headers).end(same ? '' : (said.body ?? ''));
});
let url = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object') url = `http://127.0.0.1:${address?.port}/feed.ics`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

const event = (uid: string, day: string) =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20261122T000000Z\r\nDTSTART:202703${day}T100000Z\r\nDURATION:PT1H\r\nSUMMARY:x\r\nEND:VEVENT\r\n`;
const feed = (...events: string[]) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join('')}END:VCALENDAR\r\n`;
const open = (door: Partial<ConnectorDoor> = {}, address = url) =>
  createIcsConnector(async () => ['203.0.113.9']).open(
    { ...linkTo(address, null), provider: 'ics' },
    { ...countingDoor(null), ...door },
  );

describe('a feed', () => {
  it('is read whole, and costs one small request while it is as it was', async () => {
    said = {
      status: 200,
      headers: { etag: '"1"', 'last-modified': 'Sun, 22 Nov 2026 10:00:00 GMT' },
      body: feed(event('a', '01'), event('b', '02')),
    };
    const session = await open();
    const first = await sweep(session, null);
    expect(first.kind).toBe('snapshot');
    expect(presents(first.items).map(({ uid }) => uid)).toEqual(['a', 'b']);
    expect(await sweep(session, first.next)).toMatchObject({ kind: 'delta', items: [], next: first.next });
    expect(asked[1]).toMatchObject({ 'if-none-match': '"1"', 'if-modified-since': 'Sun, 22 Nov 2026 10:00:00 GMT' });
  });

  it('whose server knows no 304 is compared by its text', async () => {
    said = { status: 200, body: feed(event('a', '01')) };
    const session = await open();
    const { next } = await sweep(session, null);
    expect(await sweep(session, next)).toMatchObject({ kind: 'delta', items: [] });
    said = { status: 200, body: feed(event('a', '01'), event('b', '02')) };
    expect(presents((await sweep(session, next)).items)).toHaveLength(2);
  });

  it('S38 that gives new UIDs on each read shows the same items', async () => {
    said = { status: 200, body: feed(event('a1', '01'), event('b1', '02'), event('c1', '02')) };
    const session = await open();
    const tags = new Map(presents((await sweep(session, null)).items).map(item => [item.remoteId, item.tag]));
    expect(tags.size).toBe(3);
    said = { status: 200, body: feed(event('a2', '01'), event('b2', '02'), event('c2', '02')) };
    const again = await sweep(session, null, knowing(tags));
    expect(again).toMatchObject({ kind: 'snapshot', items: [] });
    expect(again.unchanged.toSorted()).toEqual([...tags.keys()].toSorted());
  });

  it('that has changed shows what is new and, by its absence, what is gone', async () => {
    said = { status: 200, body: feed(event('a', '01'), event('b', '02')) };
    const session = await open();
    const [a, b] = presents((await sweep(session, null)).items);
    said = { status: 200, body: feed(event('b', '02'), event('c', '03')) };
    const again = await sweep(session, null, knowing([a!, b!].map(item => [item.remoteId, item.tag])));
    expect(again.unchanged).toEqual([b!.remoteId]);
    expect(presents(again.items).map(({ uid }) => uid)).toEqual(['c']);
    expect(await session.look([a!.remoteId])).toEqual([{ kind: 'gone', remoteId: a!.remoteId }]);
  });

  it.each([
    ['S1 an empty body', ''],
    ['an HTML page', '<!DOCTYPE html><html></html>'],
    ['a feed that is cut off', feed(event('a', '01'), event('b', '02')).slice(0, -40)],
  ])('%s proves nothing', async (_name, body) => {
    said = { status: 200, body };
    await expect(sweep(await open(), null)).rejects.toMatchObject({ kind: 'protocol' });
  });

  it.each([
    [410, 'gone'],
    [404, 'gone'],
    [403, 'forbidden'],
    [429, 'throttled'],
    [503, 'unavailable'],
    [418, 'protocol'],
  ])('status %i is %s', async (status, kind) => {
    said = { status, headers: { 'retry-after': '60' } };
    await expect(sweep(await open(), null)).rejects.toMatchObject({ kind });
  });

  it('of more than 5 MB is not read', async () => {
    said = { status: 200, body: `${feed(event('a', '01'))}${' '.repeat(5_000_001)}` };
    await expect(sweep(await open(), null)).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('is never written', async () => {
    const session = await open();
    const ref = { remoteId: brandId<never>('x'), tag: null, native: null };
    expect(session.can.writes).toBe(false);
    await expect(session.create(creationOf(1))).rejects.toMatchObject({ kind: 'unsupported' });
    await expect(session.update(ref, { ...creationOf(1), fields: plainFace })).rejects.toMatchObject({
      kind: 'unsupported',
    });
    await expect(session.remove(ref)).rejects.toMatchObject({ kind: 'unsupported' });
  });

  it('that redirects into a private network is not followed there', async () => {
    const hosts: string[] = [];
    const fetching: ConnectorDoor['fetch'] = async input => {
      hosts.push(new URL(String(input)).hostname);
      return new Response(null, { status: 302, headers: { location: 'https://169.254.169.254/latest/meta-data' } });
    };
    await expect(sweep(await open({ fetch: fetching }, 'webcal://feeds.example/f.ics'), null)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    expect(hosts).toEqual(['feeds.example']);
  });
});

describe('the address of a feed', () => {
  it.each([
    ['webcal://cal.example/a.ics', 'https://cal.example/a.ics'],
    ['https://cal.example/a.ics', 'https://cal.example/a.ics'],
    ['http://localhost:3000/a.ics', 'http://localhost:3000/a.ics'],
  ])('%s is fetched as %s', (given, fetched) => expect(feedAddress(given).href).toBe(fetched));

  it.each(['http://cal.example/a.ics', 'file:///etc/passwd', 'ftp://cal.example/', 'cal.example/a.ics', ''])(
    '%s is refused',
    given => {
      expect(() => feedAddress(given)).toThrow(expect.objectContaining({ kind: 'rejected' }));
    },
  );

  it.each([
    '10.0.0.1',
    '172.16.3.4',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
  ])('%s is private', address => expect(isPrivate(address)).toBe(true));

  it.each(['203.0.112.9', '8.8.8.8', '172.32.0.1', '2a00:1450:4009::5', '::ffff:8.8.8.8'])('%s is public', address =>
    expect(isPrivate(address)).toBe(false),
  );

  it('a name that leads to a private address as well as a public one is refused, a name that is unknown may come back', async () => {
    await expect(checkHost('a.example', async () => ['8.8.8.8', '10.0.0.1'])).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(checkHost('[fd00::1]', async () => [])).rejects.toMatchObject({ kind: 'forbidden' });
    const unknown = checkHost('a.example', () => Promise.reject(new Error('ENOTFOUND')));
    await expect(unknown).rejects.toMatchObject({ kind: 'unavailable', outcome: 'not-done' });
  });
});
