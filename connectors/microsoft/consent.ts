/**
 * How a person allows callboard into a mailbox that the organisation's own directory does not hold: by signing in in a
 * browser (authorization code with PKCE, RFC 7636). It ends in
 * the secret that the account keeps.
 */
import type { AccountInfo, AuthenticationResult } from '@azure/msal-node';
import type { Consent, ConsentAnswer, ConsentRequest } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { MicrosoftSettings } from './settings.ts';
import {
  asking,
  clientOf,
  consentScopes,
  type OauthSecret,
  publicClientOf,
  type TokenCache,
  type TokenDoor,
} from './tokens.ts';

/** Where the person's browser must go. Throws RemoteError. */
export async function consentAddress(
  settings: MicrosoftSettings,
  door: TokenDoor,
  { redirectUri, state, challenge, user }: ConsentRequest,
): Promise<string> {
  const address = await asking(door, network =>
    clientOf(settings, 'common', network, forgetful()).getAuthCodeUrl({
      scopes: consentScopes(settings),
      redirectUri,
      state,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      ...(user === null ? {} : { loginHint: user }),
    }),
  );
  return settings.authority.startsWith('http:') ? address.replace(/^https:/, 'http:') : address;
}

/** Trades the code that came back for the secret. Throws RemoteError. */
export async function finishConsent(
  settings: MicrosoftSettings,
  door: TokenDoor,
  { code, verifier, redirectUri }: ConsentAnswer,
): Promise<Consent> {
  const cache = forgetful();
  const result = await asking(door, network =>
    clientOf(settings, 'common', network, cache).acquireTokenByCode({
      scopes: consentScopes(settings),
      code,
      codeVerifier: verifier,
      redirectUri,
    }),
  );
  return consentOf(result, cache);
}

/** For a machine without a browser: the person types a code elsewhere. Waits until they did. Throws RemoteError. */
export async function deviceConsent(
  settings: MicrosoftSettings,
  door: TokenDoor,
  show: (words: string) => void,
): Promise<Consent> {
  const cache = forgetful();
  const deviceCodeCallback = ({ message }: Readonly<{ message: string }>) => show(message);
  const result = await asking(door, network =>
    publicClientOf(settings, 'common', network, cache).acquireTokenByDeviceCode({
      scopes: consentScopes(settings),
      deviceCodeCallback,
    }),
  );
  return consentOf(result, cache);
}

function consentOf({ account }: AuthenticationResult, cache: TokenCache): Consent {
  if (account === null) throw new RemoteError('protocol', 'Microsoft did not say who signed in');
  const { homeAccountId, username }: AccountInfo = account;
  const secret: OauthSecret = { kind: 'oauth', cache: cache.load(), homeAccountId };
  return { secret: JSON.stringify(secret), user: username };
}

function forgetful(): TokenCache {
  let cache = '';
  return {
    load: () => cache,
    async keep(changed) {
      cache = changed;
    },
  };
}
