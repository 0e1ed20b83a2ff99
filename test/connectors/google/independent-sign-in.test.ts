/** The sign-in flow against an OAuth server that is not ours: the npm package `emulate`. It knows PKCE and refresh. */
import { createHash } from 'node:crypto';
import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { googleConnector } from '../../../connectors/google/index.ts';
import { countingDoor } from '../../contract/bench.ts';
import { freePort } from '../../real/free-port.ts';
import { errorOf } from './desk.ts';

const user = 'henrietta@example.com';
const redirectUri = 'https://callboard.example/connect/callback';
const verifier = 'v'.repeat(64);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const oauth = { clientId: 'callboard', clientSecret: 'between us' };
let server: Emulator;

beforeAll(async () => {
  const client = { client_id: oauth.clientId, client_secret: oauth.clientSecret, redirect_uris: [redirectUri] };
  const google = { users: [{ email: user, name: 'Henrietta' }], oauth_clients: [{ ...client, name: 'callboard' }] };
  server = await createEmulator({ service: 'google', port: await freePort(), seed: { google } });
});
afterAll(() => server.close());

function flow() {
  const { url } = server;
  const places = { apiRoot: `${url}/`, authUrl: `${url}/o/oauth2/v2/auth`, tokenUrl: `${url}/oauth2/token` };
  const { consent } = googleConnector({ ...places, oauth, serviceAccountKey: null });
  if (!consent) throw new Error('no consent flow');
  return consent;
}

/** The person picks themself on the page and says yes. */
async function code(): Promise<string> {
  const page = new URL(await flow().address({ redirectUri, state: 's1', challenge, user }, countingDoor(null)));
  expect((await fetch(page)).status).toBe(200);
  const fields = ['redirect_uri', 'scope', 'state', 'client_id', 'code_challenge', 'code_challenge_method'];
  const form = new URLSearchParams({ email: user, nonce: '' });
  for (const name of fields) form.set(name, page.searchParams.get(name) ?? '');
  const reply = await fetch(`${server.url}/o/oauth2/v2/auth/callback`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  const back = new URL(reply.headers.get('location') ?? '');
  expect(back.searchParams.get('state')).toBe('s1');
  return back.searchParams.get('code') ?? '';
}

describe('a sign-in at another OAuth server', () => {
  it('gives a lasting secret and the address of who signed in', async () => {
    const consent = await flow().finish({ redirectUri, code: await code(), verifier }, countingDoor(null));
    expect(consent.user).toBe(user);
    expect(JSON.parse(consent.secret)).toMatchObject({ kind: 'oauth', refreshToken: expect.any(String) });
  });
  it('is refused with another verifier than the page was asked with', async () => {
    const answer = { redirectUri, code: await code(), verifier: 'w'.repeat(64) };
    expect(await errorOf(flow().finish(answer, countingDoor(null)))).toMatchObject({ kind: 'reconnect' });
  });
});
