/** Feeds on the public web, played by nock: no test server of ours could answer for such a host. */
import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createIcsConnector } from '../../../connectors/ics/index.ts';
import { countingDoor, presents, sweep } from '../../contract/bench.ts';
import { linkTo } from '../../contract/caldav-bench.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

const addresses: Record<string, string> = { 'feeds.example.org': '203.0.113.9', 'inside.example.org': '10.0.0.7' };
const open = (url: string) =>
  createIcsConnector(async host => [addresses[host] ?? '203.0.113.9']).open(
    { ...linkTo(url, null), provider: 'ics' },
    countingDoor(null),
  );
const feed =
  'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20261122T000000Z\r\nDTSTART:20270301T100000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';

it('a webcal address is read over https', async () => {
  nock('https://feeds.example.org').get('/aled.ics').reply(200, feed, { 'content-type': 'text/calendar' });
  const session = await open('webcal://feeds.example.org/aled.ics');
  expect(presents((await sweep(session, null)).items)).toHaveLength(1);
});

it('a redirect into a private network is not followed', async () => {
  nock('https://feeds.example.org').get('/aled.ics').reply(302, '', { location: 'https://inside.example.org/admin' });
  const inside = nock('https://inside.example.org').get('/admin').reply(200, feed);
  const session = await open('https://feeds.example.org/aled.ics');
  await expect(sweep(session, null)).rejects.toMatchObject({ name: 'RemoteError', kind: 'forbidden' });
  expect(inside.isDone()).toBe(false);
});

it('a redirect down to plain http is not followed', async () => {
  nock('https://feeds.example.org').get('/aled.ics').reply(301, '', { location: 'http://feeds.example.org/aled.ics' });
  const session = await open('https://feeds.example.org/aled.ics');
  await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'rejected' });
});

it('a sign-in page with 200 is no empty feed', async () => {
  nock('https://feeds.example.org')
    .get('/aled.ics')
    .reply(200, '<html>Sign in</html>', { 'content-type': 'text/html' });
  const session = await open('https://feeds.example.org/aled.ics');
  await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'protocol' });
});

it('a feed that is too busy says when to come back', async () => {
  nock('https://feeds.example.org').get('/aled.ics').reply(429, '', { 'retry-after': '120' });
  const session = await open('https://feeds.example.org/aled.ics');
  await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'throttled', retryAt: expect.any(Number) });
});
