/** Signing in: by delegation and by a person's own consent, and what is said when either is at an end. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { googleConnector } from '../../../connectors/google/index.ts';
import { calendarScope } from '../../../connectors/google/limits.ts';
import { type GoogleSandbox, type SandboxKey, startGoogleSandbox } from '../../../connectors/sandbox/google-server.ts';
import { brandId } from '../../../src/model/ids.ts';
import type { Connector, ConnectorDoor } from '../../../src/sync/connector.ts';
import { RemoteError } from '../../../src/sync/remote-error.ts';
import { countingDoor, creationOf, now, sweep } from '../../contract/bench.ts';
import { frozenRuntime, linkOf, settingsOf } from '../../contract/google-bench.ts';

let sandbox: GoogleSandbox;
let key: SandboxKey;
let clock = now;
let number = 0;
let user = '';
beforeAll(async () => {
  sandbox = await startGoogleSandbox({ runtime: { ...frozenRuntime, now: () => clock }, users: [] });
  key = sandbox.addServiceAccount('callboard', [calendarScope]);
});
afterAll(() => sandbox.stop());
beforeEach(() => {
  clock = now;
  number += 1;
  user = `person${number}@tide.test`;
  sandbox.addUser({ email: user });
  sandbox.oauth.given.length = 0;
  sandbox.oauth.rotates = false;
});

const byDelegation = (serviceAccountKey: SandboxKey = key) =>
  googleConnector(settingsOf(sandbox, { serviceAccountKey }));
const secretOf = (refreshToken: string, more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ kind: 'oauth', refreshToken, ...more });

/** A door whose account keeps its secret, as the store does. */
function keepingDoor(first: string | null) {
  const kept: string[] = [];
  const door: ConnectorDoor = {
    ...countingDoor(first),
    now: () => clock,
    keepSecret: async secret => void kept.push(secret),
  };
  return { door, kept };
}

async function errorOf(act: Promise<unknown>): Promise<RemoteError> {
  const error = await act.then(
    () => null,
    reason => reason,
  );
  if (error instanceof RemoteError) return error;
  throw new Error(`expected a RemoteError, got ${error}`);
}

async function readOnce(connector: Connector, door: ConnectorDoor = keepingDoor(null).door, of = user) {
  const session = await connector.open(linkOf(of), door);
  return sweep(session, null);
}

describe('a service account', () => {
  it('acts for a person, with one token for all the runs of an hour', async () => {
    const connector = byDelegation();
    await readOnce(connector);
    await readOnce(connector);
    expect(sandbox.oauth.given).toHaveLength(1);
    clock += 3_600_000;
    await readOnce(connector);
    expect(sandbox.oauth.given).toHaveLength(2);
  });

  it('S75 two runs at once ask for one token', async () => {
    const connector = byDelegation();
    await Promise.all([readOnce(connector), readOnce(connector), readOnce(connector)]);
    expect(sandbox.oauth.given).toHaveLength(1);
  });

  it('of one person is not that of another', async () => {
    const connector = byDelegation();
    const other = `other${number}@tide.test`;
    sandbox.addUser({ email: other });
    sandbox.hand(other).add({ summary: 'Theirs', start: { date: '2027-03-01' }, end: { date: '2027-03-02' } });
    expect((await readOnce(connector)).items).toHaveLength(0);
    expect((await readOnce(connector, undefined, other)).items).toHaveLength(1);
  });

  it('that the administrator has not allowed says what to allow', async () => {
    const connector = byDelegation(sandbox.addServiceAccount('stranger', []));
    const error = await errorOf(readOnce(connector));
    expect(error).toMatchObject({ kind: 'reconnect', outcome: 'not-done', detail: { reason: 'unauthorized_client' } });
    expect(error.message).toContain(calendarScope);
  });

  it('says that the person is unknown to the Workspace', async () => {
    const error = await errorOf(readOnce(byDelegation(), undefined, 'nobody@tide.test'));
    expect(error).toMatchObject({ kind: 'reconnect', message: expect.stringContaining('`user`') });
    expect(error.message).not.toContain('nobody@tide.test');
  });

  it('says that the clock is wrong', async () => {
    const door = { ...keepingDoor(null).door, now: () => now - 3 * 3_600_000 };
    const error = await errorOf(readOnce(byDelegation(), door));
    expect(error).toMatchObject({ kind: 'reconnect', message: expect.stringContaining('clock') });
  });

  it('with a broken key says so, and not what is in it', async () => {
    const error = await errorOf(readOnce(byDelegation({ ...key, private_key: 'not a key' })));
    expect(error).toMatchObject({ kind: 'reconnect', message: expect.stringContaining('serviceAccountKeyFile') });
    const others = sandbox.addServiceAccount('callboard-2', [calendarScope]);
    const forged = await errorOf(readOnce(byDelegation({ ...others, client_email: key.client_email })));
    expect(forged).toMatchObject({ kind: 'reconnect', message: expect.stringContaining('key file') });
  });
});

describe('a consent', () => {
  const byConsent = () => googleConnector(settingsOf(sandbox));

  it('is renewed when its hour is over, and the access token kept for the next process', async () => {
    const { door, kept } = keepingDoor(secretOf(sandbox.oauth.consent(user, calendarScope)));
    await readOnce(byConsent(), door);
    expect(JSON.parse(kept[0] ?? '')).toMatchObject({ kind: 'oauth', expiresAt: now + 3_599_000 });
    await readOnce(byConsent(), { ...door, secret: kept[0] ?? '' });
    expect(sandbox.oauth.given).toHaveLength(1);
    clock += 3_600_000;
    await readOnce(byConsent(), { ...door, secret: kept[0] ?? '' });
    expect(kept).toHaveLength(2);
  });

  it('S75 that gives a new refresh token each time goes on, also for a run that holds the old one', async () => {
    sandbox.oauth.rotates = true;
    const first = secretOf(sandbox.oauth.consent(user, calendarScope));
    const { door, kept } = keepingDoor(first);
    const connector = byConsent();
    await Promise.all([readOnce(connector, door), readOnce(connector, door)]);
    expect(kept).toHaveLength(1);
    expect(JSON.parse(kept[0] ?? '').refreshToken).not.toBe(JSON.parse(first).refreshToken);
    clock += 3_600_000;
    await readOnce(connector, door);
    expect(kept).toHaveLength(2);
    await readOnce(connector, { ...door, secret: kept[1] ?? '' });
    clock += 3_600_000;
    await readOnce(connector, door);
    expect(kept).toHaveLength(3);
    clock += 3_600_000;
    await readOnce(byConsent(), { ...door, secret: kept[2] ?? '' });
    expect(kept).toHaveLength(4);
  });

  it('S74 that is withdrawn says that the person must connect again, and a new one works at once', async () => {
    const connector = byConsent();
    const { door } = keepingDoor(secretOf(sandbox.oauth.consent(user, calendarScope)));
    await readOnce(connector, door);
    sandbox.oauth.revoke(user);
    const error = await errorOf(readOnce(connector, door));
    expect(error).toMatchObject({
      kind: 'reconnect',
      message: expect.stringContaining('connect their Google calendar again'),
    });
    await readOnce(connector, { ...door, secret: secretOf(sandbox.oauth.consent(user, calendarScope)) });
  });

  it('for something else than the calendar says so', async () => {
    const { door } = keepingDoor(secretOf(sandbox.oauth.consent(user, 'openid email')));
    const error = await errorOf(readOnce(byConsent(), door));
    expect(error).toMatchObject({ kind: 'reconnect', message: expect.stringContaining('lacks the calendar') });
  });

  it('that was never given says so', async () => {
    const error = await errorOf(readOnce(byConsent()));
    expect(error).toMatchObject({ kind: 'reconnect', message: expect.stringContaining('nobody has consented') });
    const unread = await errorOf(readOnce(byConsent(), { ...keepingDoor('').door, secret: '{"kind":"oauth"' }));
    expect(unread).toMatchObject({ kind: 'reconnect', message: expect.stringContaining('cannot be read') });
  });

  it('comes from a page with a code that only its asker can use (PKCE)', async () => {
    const verifier = 'v'.repeat(64);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const ask = new URL(sandbox.authUrl);
    const redirect = 'http://127.0.0.1:1/oauth/google';
    ask.search = new URLSearchParams({
      client_id: sandbox.client.clientId,
      redirect_uri: redirect,
      response_type: 'code',
      scope: calendarScope,
      state: 'xyz',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }).toString();
    expect(await (await fetch(ask)).text()).toContain('wants to see and edit your calendar');
    const codeOf = async () => {
      const back = await fetch(`${ask}&user=${user}&allow=yes`, { redirect: 'manual' });
      const location = new URL(back.headers.get('location') ?? '');
      expect(location.searchParams.get('state')).toBe('xyz');
      return location.searchParams.get('code') ?? '';
    };
    const exchange = async (code: string, code_verifier: string) => {
      const { clientId: client_id, clientSecret: client_secret } = sandbox.client;
      const form = {
        grant_type: 'authorization_code',
        code,
        code_verifier,
        redirect_uri: redirect,
        client_id,
        client_secret,
      };
      return fetch(sandbox.tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
    };
    expect((await exchange(await codeOf(), 'w'.repeat(64))).status).toBe(400);
    const code = await codeOf();
    const reply = await exchange(code, verifier);
    const { refresh_token } = (await reply.json()) as { refresh_token: string };
    expect((await exchange(code, verifier)).status).toBe(400);
    await readOnce(byConsent(), keepingDoor(secretOf(refresh_token)).door);
  });
});

describe('an access token that Google no longer takes', () => {
  it('is renewed once, and the request made again', async () => {
    const connector = byDelegation();
    const session = await connector.open(linkOf(user), keepingDoor(null).door);
    await sweep(session, null);
    sandbox.oauth.expireAccess();
    await session.create(creationOf(1));
    expect((await sweep(session, null)).items).toHaveLength(1);
    expect(sandbox.oauth.given).toHaveLength(2);
  });

  it('for good ends in a request to connect again, not in a circle', async () => {
    sandbox.fail({ times: 2, reply: { status: 401, body: '{}' } });
    expect(await errorOf(readOnce(byDelegation()))).toMatchObject({ kind: 'reconnect' });
    expect(sandbox.oauth.given).toHaveLength(2);
  });
});

describe('trouble with the token endpoint', () => {
  it.each([
    ['a 503', { reply: { status: 503, body: 'down' } }, 'unavailable'],
    ['a 429', { reply: { status: 429, headers: { 'retry-after': '30' }, body: '{"error":"slow"}' } }, 'throttled'],
    ['a broken connection', { drop: 'before' as const }, 'unavailable'],
    [
      'an HTML page',
      { reply: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in' } },
      'protocol',
    ],
    ['a 404', { reply: { status: 404, body: 'not here' } }, 'protocol'],
  ] as const)('%s leaves a write undone for certain', async (_name, fault, kind) => {
    const session = await byDelegation().open(linkOf(user), keepingDoor(null).door);
    sandbox.fail({ path: '/token', ...fault });
    expect(await errorOf(session.create(creationOf(1)))).toMatchObject({ kind, outcome: 'not-done' });
    expect(sandbox.hand(user).events()).toEqual([]);
  });

  it('never shows a token or an address in what it says', async () => {
    const secret = secretOf('1//very-secret', { accessToken: 'ya29.secret', expiresAt: 0 });
    const error = await errorOf(readOnce(googleConnector(settingsOf(sandbox)), keepingDoor(secret).door));
    expect(`${error.message} ${JSON.stringify(error.detail)} ${error.stack}`).not.toMatch(/secret|tide\.test/);
  });
});

describe('a link', () => {
  it('without a mailbox is refused', async () => {
    const link = { ...linkOf(user), user: null };
    expect(await errorOf(byDelegation().open(link, keepingDoor(null).door))).toMatchObject({ kind: 'rejected' });
  });

  it('may name another calendar than the main one', async () => {
    const id = 'c_unit1@group.calendar.google.com';
    sandbox.world.addCalendar(user, id, 'Unit 1');
    const session = await byDelegation().open(
      linkOf(user, { calendar: id, id: brandId('C06-google-1') }),
      keepingDoor(null).door,
    );
    await session.create(creationOf(1));
    expect(sandbox.hand(user, id).events()).toHaveLength(1);
    expect(sandbox.hand(user).events()).toHaveLength(0);
  });
});
