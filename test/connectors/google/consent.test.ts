/** A person lets us into their own Google calendar. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleSettings } from '../../../connectors/google/client.ts';
import { googleConnector } from '../../../connectors/google/index.ts';
import { type GoogleSandbox, startGoogleSandbox } from '../../../connectors/sandbox/google-server.ts';
import type { ConsentFlow } from '../../../src/sync/connector.ts';
import { countingDoor, creationOf } from '../../contract/bench.ts';
import { frozenRuntime, linkOf, settingsOf } from '../../contract/google-bench.ts';
import { errorOf } from './desk.ts';

let sandbox: GoogleSandbox;
let settings: GoogleSettings;
let flow: ConsentFlow;
const user = 'henrietta@example.com';
const redirectUri = 'https://callboard.example/connect/callback';
const verifier = 'v'.repeat(64);
const challenge = createHash('sha256').update(verifier).digest('base64url');
beforeAll(async () => {
  sandbox = await startGoogleSandbox({ runtime: frozenRuntime, users: [{ email: user }] });
  settings = settingsOf(sandbox);
});
afterAll(() => sandbox.stop());
beforeEach(() => {
  const { consent } = googleConnector(settings);
  if (!consent) throw new Error('no consent flow');
  flow = consent;
});

/** The person's browser: what comes back from Google's page. */
async function browse(address: string, answer: 'yes' | 'no' = 'yes'): Promise<URLSearchParams> {
  const reply = await fetch(`${address}&allow=${answer}`, { redirect: 'manual' });
  const back = new URL(reply.headers.get('location') ?? '');
  expect(`${back.origin}${back.pathname}`).toBe(redirectUri);
  return back.searchParams;
}
const ask = () => flow.address({ redirectUri, state: 'state-1', challenge, user }, countingDoor(null));
const finish = (code: string, with_ = verifier) =>
  flow.finish({ redirectUri, code, verifier: with_ }, countingDoor(null));

describe('a consent', () => {
  it('asks for events only, for a lasting one, and for the mailbox that is meant', async () => {
    const page = new URL(await ask());
    expect(`${page.origin}${page.pathname}`).toBe(sandbox.authUrl);
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      scope: 'https://www.googleapis.com/auth/calendar.events openid email',
      access_type: 'offline',
      prompt: 'consent',
      code_challenge_method: 'S256',
      state: 'state-1',
      login_hint: user,
    });
    expect(page.href).not.toContain(sandbox.client.clientSecret);
  });

  it('ends in a secret with which the calendar can be written', async () => {
    const back = await browse(await ask());
    expect(back.get('state')).toBe('state-1');
    const { secret, user: signedIn } = await finish(back.get('code') ?? '');
    expect(signedIn).toBe(user);
    const session = await googleConnector(settings).open(linkOf(user), { ...countingDoor(secret) });
    await session.create(creationOf(1));
    expect(sandbox.hand(user).events()).toHaveLength(1);
  });

  it('with a code that somebody else caught, or that was used, is refused', async () => {
    const code = (await browse(await ask())).get('code') ?? '';
    expect(await errorOf(finish(code, 'w'.repeat(64)))).toMatchObject({ kind: 'reconnect', outcome: 'not-done' });
    expect(await errorOf(finish(code))).toMatchObject({ kind: 'reconnect' });
  });

  it('that is refused comes back without a code', async () => {
    expect((await browse(await ask(), 'no')).get('error')).toBe('access_denied');
  });

  it('in which the calendar was not ticked says so', async () => {
    const page = new URL(await ask());
    page.searchParams.set('scope', 'openid email');
    const code = (await browse(page.href)).get('code') ?? '';
    expect(await errorOf(finish(code))).toMatchObject({
      kind: 'reconnect',
      message: expect.stringContaining('ticked'),
    });
  });

  it('is not offered where no OAuth client is set up', () => {
    expect(googleConnector({ ...settings, oauth: null }).consent).toBeUndefined();
  });
});
