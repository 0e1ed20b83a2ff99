import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { microsoftConnector } from '../../../connectors/microsoft/index.ts';
import type { WatchTarget } from '../../../src/sync/connector.ts';
import { countingDoor } from '../../contract/bench.ts';
import { anna, linkTo, settingsFor } from '../../contract/microsoft-bench.ts';
import { type Outlook, openOutlook } from './outlook.ts';

let outlook: Outlook;
let webhook: Server;
let url: string;
let received: string[];
/** How the webhook answers the handshake. */
let echo: (token: string) => string;

beforeEach(async () => {
  outlook = await openOutlook();
  received = [];
  echo = token => token;
  webhook = createServer((request, response) => {
    const token = new URL(request.url ?? '', 'http://webhook').searchParams.get('validationToken');
    let body = '';
    request.on('data', part => {
      body += String(part);
    });
    request.on('end', () => {
      if (token === null) received.push(body);
      response.writeHead(token === null ? 202 : 200, { 'content-type': 'text/plain' });
      response.end(token === null ? '' : echo(token));
    });
  });
  webhook.listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  const address = webhook.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hooks/microsoft`;
});
afterEach(async () => {
  webhook.close();
  await outlook[Symbol.asyncDispose]();
});

const day = 86_400_000;
const target = (until: number): WatchTarget => ({ url, id: 'chosen', token: 'proof', until });
const sandbox = () => outlook.sandbox;

describe('notices of changes', () => {
  it('are asked for as long as every cloud grants, and bring our token back', async () => {
    // The sandbox lives in the present, the bench in a day of its own.
    const session = await outlook.open({ now: () => Date.now() });
    const subscription = await session.watch?.(target(Date.now() + 30 * day));
    expect(subscription?.expiresAt).toBeLessThanOrEqual(Date.now() + 4230 * 60_000);
    const resource = `users/${anna.address}/events`;
    expect(sandbox().subscriptions.list()).toMatchObject([{ id: subscription?.id, resource, clientState: 'proof' }]);
    await sandbox().subscriptions.announce(anna.address, Date.now());
    await sandbox().subscriptions.announce('ben@tide.test', Date.now());
    expect(received.map(text => JSON.parse(text))).toMatchObject([
      { value: [{ subscriptionId: subscription?.id, clientState: 'proof', changeType: 'updated' }] },
    ]);
    await sandbox().subscriptions.lifecycle(subscription?.id ?? '', 'missed');
    expect(received[1]).toContain('"lifecycleEvent":"missed"');
  });

  it('end when they are ended, and ending them twice is no failure', async () => {
    const session = await outlook.open({ now: () => Date.now() });
    const subscription = await session.watch?.(target(Date.now() + day));
    if (!subscription) throw new Error('no subscription');
    await session.unwatch?.(subscription);
    await session.unwatch?.(subscription);
    expect(sandbox().subscriptions.list()).toEqual([]);
  });

  it.each([true, false])(
    'asked for again replace the first or stand beside it (only one granted: %s)',
    async refuses => {
      sandbox().subscriptions.refusesSecond = refuses;
      const session = await outlook.open({ now: () => Date.now() });
      await session.watch?.(target(Date.now() + day));
      const second = await session.watch?.({ ...target(Date.now() + day), token: 'renewed' });
      const [last, ...others] = sandbox().subscriptions.list().toReversed();
      expect(last).toMatchObject({ id: second?.id, clientState: 'renewed' });
      expect(others).toHaveLength(refuses ? 0 : 1);
    },
  );

  it('are refused where the webhook does not answer the handshake to the letter', async () => {
    echo = token => token.replaceAll('<', '&lt;');
    const session = await outlook.open({ now: () => Date.now() });
    await expect(session.watch?.(target(Date.now() + day))).rejects.toMatchObject({ kind: 'rejected' });
  });

  it('of a calendar beside the main one name that calendar', async () => {
    const second = sandbox().world.addCalendar(anna.address, 'Second unit');
    const connector = microsoftConnector(settingsFor(sandbox()));
    const door = { ...countingDoor(null), now: () => Date.now() };
    const session = await connector.open(linkTo(anna.address, second.id), door);
    await session.watch?.(target(Date.now() + day));
    expect(sandbox().subscriptions.list()[0]?.resource).toContain(`/calendars/${second.id}/events`);
  });
});

describe('what comes to the webhook', () => {
  const { readNotices } = microsoftConnector(
    settingsFor({ url: 'http://127.0.0.1:9', graphRoot: 'http://127.0.0.1:9/v1.0' }),
  );
  const read = (body: string, query: Record<string, string> = {}) => readNotices?.({ headers: {}, query, body });
  const notice = { subscriptionId: 's1', clientState: 'proof', changeType: 'updated' };

  it('as a handshake is given its own words back, unless they are too many', () => {
    expect(read('', { validationToken: 'hello <&>' })).toEqual({ status: 200, text: 'hello <&>', notices: [] });
    expect(read('', { validationToken: 'x'.repeat(1001) })?.status).toBe(400);
  });

  it.each([
    [{}, 'changed'],
    [{ lifecycleEvent: 'missed' }, 'changed'],
    [{ lifecycleEvent: 'reauthorizationRequired' }, 'renew'],
    [{ lifecycleEvent: 'subscriptionRemoved' }, 'removed'],
  ])('with %j means %s', (more, what) => {
    expect(read(JSON.stringify({ value: [{ ...notice, ...more }] }))).toEqual({
      status: 202,
      text: '',
      notices: [{ subscription: 's1', token: 'proof', what }],
    });
  });

  it('of many subscriptions at once is read one by one, and what is no notice is refused', () => {
    const many = { value: [notice, { ...notice, subscriptionId: 's2', clientState: null }] };
    expect(read(JSON.stringify(many))?.notices).toMatchObject([
      { token: 'proof' },
      { subscription: 's2', token: null },
    ]);
    for (const body of ['', '{}', '[]', '{"value":[{}]}', 'null', '{"value":']) expect(read(body)?.status).toBe(400);
  });
});
