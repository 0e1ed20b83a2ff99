/** One request to Google's token endpoint, and what its refusals mean. */
import type { Instant } from '../../src/model/ids.ts';
import type { ConnectorDoor } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { errorOfFailure, readBytes, retryAtOf } from '../http.ts';
import { limits } from './limits.ts';
import { parseToken, type TokenRefusal, type TokenReply, tokenRefusalOf } from './wire.ts';

/** What signing in needs of the door. */
export type TokenDoor = Pick<ConnectorDoor, 'fetch' | 'now' | 'signal'>;

/** Whatever befalls this request, what it was wanted for has not been done. */
export async function askToken(
  door: TokenDoor,
  tokenUrl: string,
  form: Readonly<Record<string, string>>,
  mend: (refusal: TokenRefusal) => string,
): Promise<TokenReply> {
  try {
    const reply = await door.fetch(tokenUrl, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([door.signal, AbortSignal.timeout(limits.timeoutMs)]),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    const text = new TextDecoder().decode(await readBytes(reply, limits.replyBytes));
    if (reply.status === 200) return parseToken(text);
    throw tokenError(reply, text, door.now(), mend);
  } catch (error) {
    const { kind, message, retryAt, detail } = errorOfFailure(error);
    throw new RemoteError(kind, message, { outcome: 'not-done', retryAt, detail, cause: error });
  }
}

function tokenError(reply: Response, text: string, now: Instant, mend: (refusal: TokenRefusal) => string): RemoteError {
  const refusal = tokenRefusalOf(text);
  const retryAt = retryAtOf(reply.headers.get('retry-after'), now);
  const detail = { status: reply.status, ...(refusal && { reason: refusal.error }) };
  if (reply.status === 429) return new RemoteError('throttled', 'too many sign-ins for Google', { detail, retryAt });
  if (refusal !== null && reply.status < 500) return new RemoteError('reconnect', mend(refusal), { detail });
  if (reply.status >= 500) return new RemoteError('unavailable', "Google's sign-in failed", { detail, retryAt });
  return new RemoteError('protocol', 'the token address does not answer as Google does: is it right?', { detail });
}

export function mendOfConsent({ error }: TokenRefusal): string {
  if (error === 'invalid_client' || error === 'unauthorized_client') {
    return 'Google refuses the OAuth client: check clientId and clientSecret in connectors.google.oauth';
  }
  return 'the consent was withdrawn or has expired: the person must connect their Google calendar again';
}

/** @param scope what was asked for */
export function mendOfDelegation(scope: string): (refusal: TokenRefusal) => string {
  return ({ error, description }) => {
    if (error === 'unauthorized_client' || error === 'access_denied') {
      const what = scope.includes(' ') ? 'the scopes' : 'the scope';
      return `the service account may not act for this user: a Workspace administrator must allow its client id ${what} ${scope}`;
    }
    if (/timeframe|short-lived|iat|exp\b/i.test(description)) {
      return 'the clock of this machine is wrong, so Google refuses the sign-in: set it (NTP) and sync again';
    }
    if (/email|user id|sub/i.test(description)) {
      return 'Google knows no such user in this Workspace: check the mailbox (`user`, or mail.transport)';
    }
    return 'Google refuses the service account: check the key file (connectors.google.serviceAccountKeyFile)';
  };
}
