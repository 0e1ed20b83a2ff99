/** Notices of changes: channels, what they say, and what is not believed. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readNotices } from '../../../connectors/google/notices.ts';
import type { CalendarSession, Subscription } from '../../../src/sync/connector.ts';
import { creationOf, now } from '../../contract/bench.ts';
import { type Desk, type Desks, errorOf, hourOn, openDesks } from './desk.ts';

let desks: Desks;
let desk: Desk;
let heard: IncomingHttpHeaders[] = [];
let url = '';
let number = 0;
const server = createServer((request, response) => {
  heard.push(request.headers);
  response.writeHead(200).end();
});
beforeAll(async () => {
  desks = await openDesks();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object') url = `http://127.0.0.1:${address?.port}/api/v1/webhooks/google`;
});
afterAll(async () => {
  server.close();
  await desks.stop();
});
beforeEach(async () => {
  desk = await desks.sit();
  heard = [];
});

const dayMs = 86_400_000;
const watching = async (until = now + 3 * dayMs, session: CalendarSession = desk.session) => {
  number += 1;
  return session.watch!({ url, id: `callboard-${number}`, token: 'a secret', until });
};
const toldOf = async () => {
  await desks.sandbox.push.settled();
  const notices = heard.flatMap(headers => readNotices({ headers: plain(headers), query: {}, body: '' }).notices);
  heard = [];
  return notices;
};
const plain = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

describe('a subscription', () => {
  it('says hello, and then that something changed: by us, by others, and by a deletion', async () => {
    const { id, expiresAt } = await watching();
    expect(expiresAt).toBe(now + 3 * dayMs);
    expect(await toldOf()).toEqual([{ subscription: id, token: 'a secret', what: 'hello' }]);
    const changed = { subscription: id, token: 'a secret', what: 'changed' };
    const { remoteId } = await desk.session.create(creationOf(1));
    expect(await toldOf()).toEqual([changed]);
    desk.hand.edit(remoteId, { summary: 'Theirs' });
    expect(await toldOf()).toEqual([changed]);
    desk.hand.remove(remoteId);
    expect(await toldOf()).toEqual([changed]);
  });

  it('lasts a week at most, whatever was asked for', async () => {
    expect((await watching(now + 90 * dayMs)).expiresAt).toBe(now + 7 * dayMs);
  });

  it('is of one calendar only', async () => {
    await watching();
    await toldOf();
    (await desks.sit()).hand.add(hourOn(1));
    expect(await toldOf()).toEqual([]);
  });

  it('S69 that is ended tells nothing more; one that is not there any more is ended already', async () => {
    const subscription = await watching();
    await toldOf();
    await desk.session.unwatch!(subscription);
    desk.hand.add(hourOn(1));
    expect(await toldOf()).toEqual([]);
    await desk.session.unwatch!(subscription);
    const never: Subscription = { id: 'never', resource: 'never', expiresAt: now };
    await desk.session.unwatch!(never);
  });

  it('with an id that was used before is refused', async () => {
    const target = { url, id: 'callboard-twice', token: 't', until: now + dayMs };
    await desk.session.watch!(target);
    expect(await errorOf(desk.session.watch!(target))).toMatchObject({
      kind: 'rejected',
      detail: { reason: 'channelIdNotUnique' },
    });
  });

  it('to an address without TLS is refused by a Google that minds', async () => {
    desks.sandbox.push.httpsOnly = true;
    const error = await errorOf(watching());
    desks.sandbox.push.httpsOnly = false;
    expect(error).toMatchObject({ kind: 'rejected', detail: { reason: 'push.webhookUrlNotHttps' } });
  });

  it('loses and doubles notices, as Google does', async () => {
    await watching();
    await toldOf();
    desks.sandbox.push.mishaps.push('drop', 'twice');
    for (const day of [1, 2]) desk.hand.add(hourOn(day));
    expect(await toldOf()).toHaveLength(2);
  });
});

describe('a request to our webhook', () => {
  it.each([
    ['without a channel', { 'x-goog-resource-state': 'exists' }],
    ['without a state', { 'x-goog-channel-id': 'callboard-1' }],
    ['from somebody else', {}],
  ])('%s is no notice', (_name, headers) => {
    expect(readNotices({ headers, query: {}, body: '' })).toMatchObject({ status: 400, notices: [] });
  });

  it('without a secret says so', () => {
    const headers = { 'x-goog-channel-id': 'callboard-1', 'x-goog-resource-state': 'exists' };
    expect(readNotices({ headers, query: {}, body: '' }).notices).toEqual([
      { subscription: 'callboard-1', token: null, what: 'changed' },
    ]);
  });
});
