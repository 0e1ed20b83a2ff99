/** How a person lets us into their own calendar: Google's page, and the code that they come back with (PKCE). */
import type { ConsentFlow } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { OAuthSecret } from './auth.ts';
import type { GoogleSettings } from './client.ts';
import { consentScopes } from './limits.ts';
import { askToken, mendOfConsent } from './token-request.ts';
import { addressIn } from './wire.ts';

export function consentFlow(settings: GoogleSettings, oauth: NonNullable<GoogleSettings['oauth']>): ConsentFlow {
  return {
    async address({ redirectUri, state, challenge, user }) {
      const page = new URL(settings.authUrl);
      const words = {
        client_id: oauth.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: consentScopes.join(' '),
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        // Without both of these Google gives no refresh token, or none the second time.
        access_type: 'offline',
        prompt: 'consent',
        ...(user !== null && { login_hint: user }),
      };
      for (const [name, value] of Object.entries(words)) page.searchParams.set(name, value);
      return page.href;
    },
    async finish({ redirectUri, code, verifier }, door) {
      const client = { client_id: oauth.clientId, client_secret: oauth.clientSecret };
      const answer = { code, code_verifier: verifier, redirect_uri: redirectUri };
      const form = { grant_type: 'authorization_code', ...answer, ...client };
      const reply = await askToken(door, settings.tokenUrl, form, mendOfConsent);
      // On Google's page each permission has its own box.
      if (!reply.scope?.includes('/auth/calendar')) {
        throw new RemoteError(
          'reconnect',
          'the calendar was not ticked on Google’s page: open the address again, tick it',
        );
      }
      if (reply.refresh_token === null) {
        throw new RemoteError(
          'reconnect',
          'Google gave no lasting consent: remove callboard from the account, try again',
        );
      }
      const user = addressIn(reply.id_token);
      if (user === null) throw new RemoteError('protocol', 'Google did not say who signed in');
      const expiresAt = door.now() + reply.expires_in * 1000;
      const { refresh_token: refreshToken, access_token: accessToken } = reply;
      const secret: OAuthSecret = { kind: 'oauth', refreshToken, accessToken, expiresAt };
      return { secret: JSON.stringify(secret), user };
    },
  };
}
