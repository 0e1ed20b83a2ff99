/** People who link their own calendar in a browser, and notices of providers, over HTTP. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { brandId, type PersonId, type ProductionId } from '../../src/model/ids.ts';
import { createSecretKey, openSecretBox } from '../../src/runtime/secret-box.ts';
import type { Store } from '../../src/store/store.ts';
import type { Connector, ConsentAnswer, ConsentRequest, Notice } from '../../src/sync/connector.ts';
import { ConsentError, type ConsentParts, invite } from '../../src/sync/consent.ts';
import { linksOf, putConfigLinks } from '../../src/sync/links.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { production } from '../store/samples.ts';
import { now, openWorld, serve } from './world.ts';

const box = openSecretBox(createSecretKey());
const seen: { request: ConsentRequest | null; answer: ConsentAnswer | null } = { request: null, answer: null };
const user = 'henrietta@example.com';
let clock = now;
let ids = 0;

const connector: Connector = {
  provider: 'google',
  open: () => Promise.reject(new Error('not here')),
  consent: {
    async address(request) {
      seen.request = request;
      return `https://accounts.test/auth?state=${request.state}`;
    },
    async finish(answer) {
      seen.answer = answer;
      if (answer.code !== 'good') throw new RemoteError('rejected', 'the code is no good');
      return { secret: 'refresh-token', user };
    },
  },
};

function partsOf(store: Store, change: Partial<ConsentParts> = {}): ConsentParts {
  // 32 letters, as a random UUID without its dashes.
  const id = () => `${++ids}`.padStart(32, 'f');
  const runtime = { now: () => clock, id };
  const publicUrl = 'https://office.test';
  return { store, runtime, fetch, connector: () => connector, secretBox: box, publicUrl, ...change };
}

const request = {
  production,
  person: brandId<PersonId>('C06'),
  provider: 'google',
  mode: 'two-way',
  carrier: 'copy',
  user: null,
  calendar: null,
} as const;

const links = (store: Store) => store.read(r => r.calendars.all());
const pathOf = (url: string) => url.replace('https://office.test', '');

describe('a person who is asked to link their own calendar', () => {
  it('is sent to the provider with PKCE, comes back, and is linked; the secret is sealed', async () => {
    const store = await openWorld();
    const parts = partsOf(store);
    await using web = await serve(store, { consent: parts });
    const address = await invite(parts, request);
    const sent = await web.ask(pathOf(address));
    expect(sent).toMatchObject({ status: 303, headers: { location: expect.stringContaining('accounts.test') } });
    expect(seen.request?.redirectUri).toBe('https://office.test/connect/callback');
    const back = await web.ask(`/connect/callback?state=${seen.request?.state}&code=good`);
    expect(back).toMatchObject({ status: 200, text: expect.stringContaining('is linked') });
    const challenge = createHash('sha256')
      .update(seen.answer?.verifier ?? '')
      .digest('base64url');
    expect(challenge).toBe(seen.request?.challenge);
    const [row] = await links(store);
    expect(row?.link).toMatchObject({ person: 'C06', provider: 'google', user, source: 'added' });
    const account = await store.read(r => r.calendars.account(row?.link.account ?? ('' as never)));
    expect(account?.secret).not.toContain('refresh-token');
    expect(box.open(account?.secret ?? '')).toBe('refresh-token');
    expect(JSON.stringify(await store.read(r => r.meta.keys(''))), 'nothing is left to be used again').not.toMatch(
      /invitation|visit/,
    );
    expect(web.logged.join('')).not.toContain('good');
  });
  it('cannot use an address twice, an old one, or one that was never ours', async () => {
    const store = await openWorld();
    const parts = partsOf(store);
    await using web = await serve(store, { consent: parts });
    const address = pathOf(await invite(parts, request));
    await web.ask(address);
    await web.ask(`/connect/callback?state=${seen.request?.state}&code=good`);
    expect(await web.ask(address)).toMatchObject({ status: 410, text: expect.stringContaining('new one') });
    const old = pathOf(await invite(parts, request));
    clock += 15 * 24 * 60 * 60_000;
    expect(await web.ask(old)).toMatchObject({ status: 410 });
    expect(await web.ask('/connect/ffffffffffffffffffffffffffffffff')).toMatchObject({ status: 410 });
    expect(await web.ask('/connect/callback?state=forged&code=good')).toMatchObject({ status: 410 });
    expect(await links(store)).toHaveLength(1);
  });
  it('who says no, or whose code is no good, can try again by the same address', async () => {
    const store = await openWorld();
    const parts = partsOf(store);
    await using web = await serve(store, { consent: parts });
    const address = pathOf(await invite(parts, request));
    await web.ask(address);
    const no = await web.ask(`/connect/callback?state=${seen.request?.state}&error=access_denied`);
    expect(no).toMatchObject({ status: 400, text: expect.stringContaining('access_denied') });
    await web.ask(address);
    expect(await web.ask(`/connect/callback?state=${seen.request?.state}&code=bad`)).toMatchObject({ status: 400 });
    await web.ask(address);
    expect(await web.ask(`/connect/callback?state=${seen.request?.state}&code=good`)).toMatchObject({ status: 200 });
  });
  it('must sign in as who was asked for, if somebody was', async () => {
    const store = await openWorld();
    const parts = partsOf(store);
    await using web = await serve(store, { consent: parts });
    await web.ask(pathOf(await invite(parts, { ...request, user: 'somebody@example.com' })));
    const back = await web.ask(`/connect/callback?state=${seen.request?.state}&code=good`);
    expect(back).toMatchObject({ status: 400, text: expect.stringContaining('somebody@example.com') });
    expect(await links(store)).toEqual([]);
  });
  it('S74 of a link in the configuration mends that link, which stays as it is written there', async () => {
    const store = await openWorld();
    const parts = partsOf(store);
    await using web = await serve(store, { consent: parts });
    const [written] = linksOf([{ ...request, url: null, user, mode: 'publish' }], 'config');
    if (!written) throw new Error('no link');
    await putConfigLinks(store, [written]);
    await store.write(r => r.calendars.patch(written.id, { state: 'needs-consent' }));
    await web.ask(pathOf(await invite(parts, request)));
    await web.ask(`/connect/callback?state=${seen.request?.state}&code=good`);
    expect(await links(store)).toMatchObject([{ link: written, state: 'unread' }]);
  });
  it('is linked as asked for now, and in no other production', async () => {
    const store = await openWorld();
    const parts = partsOf(store);
    await using web = await serve(store, { consent: parts });
    const connect = async (change: Partial<typeof request> | object) => {
      await web.ask(pathOf(await invite(parts, { ...request, ...change })));
      await web.ask(`/connect/callback?state=${seen.request?.state}&code=good`);
    };
    const other = brandId<ProductionId>('OTHER');
    await connect({ production: other });
    await connect({});
    await connect({ mode: 'busy' });
    const made = (await links(store)).map(({ link }) => [link.production, link.mode]);
    expect(made.sort()).toEqual(
      [
        ['OTHER', 'two-way'],
        [production, 'busy'],
      ].sort(),
    );
  });
  it('S74 after a withdrawn consent goes on with the same link, and all that waited is due', async () => {
    const store = await openWorld();
    const parts = partsOf(store);
    await using web = await serve(store, { consent: parts });
    const connect = async () => {
      await web.ask(pathOf(await invite(parts, request)));
      await web.ask(`/connect/callback?state=${seen.request?.state}&code=good`);
    };
    await connect();
    const [before] = await links(store);
    if (!before) throw new Error('no link');
    await store.write(r =>
      r.calendars.patch(before.link.id, { state: 'needs-consent', problem: 'withdrawn', doneSeq: before.wakeSeq }),
    );
    await connect();
    const [after, ...others] = await links(store);
    expect(others).toEqual([]);
    expect(after).toMatchObject({ link: { id: before.link.id }, state: 'unread', problem: null });
    expect(after?.wakeSeq).toBeGreaterThan(after?.doneSeq ?? 0);
  });
  it('is not asked where nothing could be sealed, or the provider asks nobody', async () => {
    const store = await openWorld();
    await using _closing = store;
    await expect(invite(partsOf(store, { secretBox: null }), request)).rejects.toBeInstanceOf(ConsentError);
    const { consent: _, ...without } = connector;
    await expect(invite(partsOf(store, { connector: () => without }), request)).rejects.toThrow(
      'not linked by consent',
    );
  });
});

describe('a webhook', () => {
  const notices: Notice[][] = [];
  const webhooks = (genuine: number) => ({
    desk: {
      receive: async (given: readonly Notice[]) => {
        notices.push([...given]);
        return genuine;
      },
      stop: () => {},
    },
    reader: (provider: string) =>
      provider === 'google'
        ? ({ headers, query, body }: { headers: object; query: { hello?: string | undefined }; body: string }) => ({
            status: query.hello ? 200 : 202,
            text: query.hello ?? '',
            notices:
              'x-id' in headers
                ? [{ subscription: String(headers['x-id']), token: body, what: 'changed' as const }]
                : [],
          })
        : null,
  });
  const post = { method: 'POST' };
  it('hands on what came, and answers at once; a handshake gets its words back', async () => {
    await using web = await serve(await openWorld(), { webhooks: webhooks(1) });
    const asked = { ...post, headers: { 'X-Id': 'channel', 'content-type': 'application/json' }, body: 'secret' };
    expect(await web.ask('/api/v1/webhooks/google', asked)).toMatchObject({ status: 202 });
    expect(notices.at(-1)).toEqual([{ subscription: 'channel', token: 'secret', what: 'changed' }]);
    const hello = await web.ask('/api/v1/webhooks/google?hello=a%3Cb%3E', post);
    expect(hello).toMatchObject({
      status: 200,
      text: 'a<b>',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  });
  it('S69 says so where it knows no such subscription, no such provider, and takes no endless body', async () => {
    await using web = await serve(await openWorld(), { webhooks: webhooks(0) });
    expect(await web.ask('/api/v1/webhooks/google', { ...post, headers: { 'X-Id': 'x' } })).toMatchObject({
      status: 404,
    });
    expect(await web.ask('/api/v1/webhooks/caldav', post)).toMatchObject({ status: 404 });
    expect(await web.ask('/api/v1/webhooks/nobody', post)).toMatchObject({ status: 404 });
    const body = 'x'.repeat(1024 * 1024 + 1);
    expect(await web.ask('/api/v1/webhooks/google', { ...post, body })).toMatchObject({ status: 413 });
  });
});
