import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentAddress, finishConsent } from '../../../connectors/microsoft/consent.ts';
import { microsoftConnector } from '../../../connectors/microsoft/index.ts';
import { type MicrosoftSandbox, startMicrosoftSandbox } from '../../../connectors/sandbox/microsoft-server.ts';
import { createLog } from '../../../src/runtime/log.ts';
import { systemRuntime } from '../../../src/runtime/system.ts';
import { countingDoor, creationOf, sweep } from '../../contract/bench.ts';
import { anna, linkTo, registration, settingsFor, startSandbox } from '../../contract/microsoft-bench.ts';
import { selfSigned } from './certificate.ts';

let sandbox: MicrosoftSandbox;
let asked: string[];
beforeEach(async () => {
  asked = [];
  sandbox = await startSandbox(({ method, path, status }) => void asked.push(`${method} ${path} ${status}`));
});
afterEach(() => sandbox.stop());

const tokens = () => asked.filter(line => line.includes('/oauth2/v2.0/token'));
const open = (changes = {}, settings = settingsFor(sandbox)) =>
  microsoftConnector(settings).open(linkTo(anna.address), { ...countingDoor(null), ...changes });

/** What the account keeps after the person has agreed in a browser. */
async function consent(): Promise<{ secret: string; user: string }> {
  const door = countingDoor(null);
  const verifier = 'a'.repeat(50);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const redirectUri = 'http://127.0.0.1:9/back';
  const request = { redirectUri, state: 'state-1', challenge, user: anna.address };
  const address = await consentAddress(settingsFor(sandbox), door, request);
  const { headers } = await fetch(address, { redirect: 'manual' });
  const back = new URL(headers.get('location') ?? '');
  expect(back.searchParams.get('state')).toBe('state-1');
  const code = back.searchParams.get('code') ?? '';
  return await finishConsent(settingsFor(sandbox), door, { code, verifier, redirectUri });
}

describe('the application in its own name', () => {
  it('asks for one token, and the sessions after it use that', async () => {
    const connector = microsoftConnector(settingsFor(sandbox));
    for (let run = 0; run < 3; run += 1) {
      await using session = await connector.open(linkTo(anna.address), countingDoor(null));
      await sweep(session, null);
    }
    expect(tokens()).toHaveLength(1);
  });

  it('S75 two sessions that need a token at once ask once', async () => {
    const connector = microsoftConnector(settingsFor(sandbox));
    const sessions = await Promise.all([0, 1, 2].map(() => connector.open(linkTo(anna.address), countingDoor(null))));
    await Promise.all(sessions.map(session => sweep(session, null)));
    expect(tokens()).toHaveLength(1);
  });

  it('asks anew when a token is withdrawn before its time, and goes on', async () => {
    const session = await open();
    await sweep(session, null);
    sandbox.entra.expireAccess();
    await sweep(session, null);
    expect(tokens()).toHaveLength(2);
  });

  it('signs in with a certificate', async () => {
    const { key, certificate } = selfSigned();
    // One file may hold both.
    const both = key + certificate;
    const certified = await startMicrosoftSandbox({
      runtime: systemRuntime(createLog('silent')),
      registration: { ...registration, clientSecret: null, certificate },
      users: [anna],
    });
    try {
      const settings = { ...settingsFor(certified), clientSecret: null };
      const session = await open({}, { ...settings, certificate: { key: both, certificate: both } });
      expect(await sweep(session, null)).toMatchObject({ kind: 'snapshot' });
      const wrong = await open({}, { ...settings, clientSecret: 'guessed' });
      await expect(sweep(wrong, null)).rejects.toMatchObject({ kind: 'reconnect' });
    } finally {
      await certified.stop();
    }
  });

  it('with an expired secret names what must be renewed, and asks no calendar', async () => {
    const session = await open({}, { ...settingsFor(sandbox), clientSecret: 'expired' });
    await expect(session.create(creationOf(1))).rejects.toMatchObject({
      kind: 'reconnect',
      outcome: 'not-done',
      message: expect.stringContaining('secret or certificate'),
    });
    expect(asked.filter(line => line.includes('/v1.0/'))).toEqual([]);
  });

  it.each([429, 503])('a sign-in service that says %d is unavailable, and nothing was done', async status => {
    sandbox.entra.failWith = status;
    const session = await open();
    await expect(session.create(creationOf(1))).rejects.toMatchObject({ kind: 'unavailable', outcome: 'not-done' });
    await expect(session.create(creationOf(1))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('a sign-in service that cannot be reached, or answers with a page, is unavailable', async () => {
    sandbox.fail({ path: /token\b/, drop: 'before' });
    await expect(sweep(await open(), null)).rejects.toMatchObject({ kind: 'unavailable', outcome: 'not-done' });
    sandbox.fail({ path: /token\b/, reply: { status: 502, body: '<html>Bad gateway</html>' } });
    await expect(sweep(await open(), null)).rejects.toMatchObject({ kind: 'unavailable', outcome: 'not-done' });
  });
});

describe('a person who agreed', () => {
  it('gives the account a secret with which their calendar opens, without a request to sign in', async () => {
    const { secret, user } = await consent();
    expect(user).toBe(anna.address);
    expect(JSON.parse(secret)).toMatchObject({ kind: 'oauth', homeAccountId: expect.stringContaining('.') });
    asked.length = 0;
    const session = await open({ secret });
    await sweep(session, null);
    expect(tokens()).toEqual([]);
    expect(asked.every(line => line.includes('/v1.0/me/calendar/'))).toBe(true);
  });

  it('keeps the rotated token at once, and the next session lives on it', async () => {
    const { secret } = await consent();
    const kept: string[] = [];
    const keepSecret = async (changed: string) => void kept.push(changed);
    sandbox.entra.expireAccess();
    await sweep(await open({ secret, keepSecret }), null);
    expect(tokens()).toHaveLength(2);
    const last = kept.at(-1) ?? '';
    expect(last).not.toBe(secret);
    sandbox.entra.expireAccess();
    await sweep(await open({ secret: last, keepSecret }), null);
    await expect(sweep(await open({ secret }), null)).rejects.toMatchObject({ kind: 'reconnect' });
  });

  it.each([null, 'consent_required', 'bad_token'])(
    'S74 and takes it back (suberror %s) is asked to connect again, in one request to the sign-in service',
    async suberror => {
      const { secret } = await consent();
      sandbox.entra.suberror = suberror;
      sandbox.entra.revoke(anna.address);
      asked.length = 0;
      await expect(sweep(await open({ secret }), null)).rejects.toMatchObject({
        kind: 'reconnect',
        message: expect.stringContaining('connect the calendar again'),
      });
      expect(tokens()).toHaveLength(1);
      expect(asked.length).toBeLessThanOrEqual(2);
    },
  );

  it('with a secret that cannot be read is asked to connect again', async () => {
    for (const secret of ['', 'password', '{"kind":"oauth"}', '{"kind":"oauth","cache":"{}","homeAccountId":"a.b"}']) {
      const read = async () => sweep(await open({ secret }), null);
      await expect(read()).rejects.toMatchObject({ kind: 'reconnect' });
    }
  });

  it('may open no mailbox but their own', async () => {
    const { secret } = await consent();
    sandbox.world.switches.denied.add(anna.address);
    await expect(sweep(await open({ secret }), null)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
