/**
 * Access tokens: by the person's own consent where the account has one, else by the service account in their name
 * (domain-wide delegation). One request for a token at a time for each, whoever waits for it.
 */
import { createSign } from 'node:crypto';
import { z } from 'zod';
import type { CalendarLink } from '../../src/model/calendar.ts';
import type { Instant } from '../../src/model/ids.ts';
import type { ConnectorDoor } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { GoogleSettings, ServiceAccountKey } from './client.ts';
import { calendarScope, limits } from './limits.ts';
import { askToken, mendOfConsent, mendOfDelegation, type TokenDoor } from './token-request.ts';
import type { TokenReply } from './wire.ts';

export type TokenSource = Readonly<{
  /** A token that is good for a minute at least. Throws RemoteError: `reconnect`, or what befell the request. */
  token(): Promise<string>;
  /** Another one, since Google no longer takes `refused`. */
  renew(refused: string): Promise<string>;
}>;

/** The account's secret after a person's consent: what `door.secret` holds. */
export type OAuthSecret = z.infer<typeof secretSchema>;

const secretSchema = z.object({
  kind: z.literal('oauth'),
  refreshToken: z.string().min(1),
  accessToken: z.string().min(1).optional(),
  expiresAt: z.number().optional(),
});

type Held = Readonly<{ token: string; expiresAt: Instant }>;
/** What is known of one sign-in. `names`: every refresh token it has had, so that an older secret is known again. */
type Grant = { held: Held | null; pending: Promise<Held> | null; refreshToken: string | null; names: Set<string> };
type AccountDoor = TokenDoor & Pick<ConnectorDoor, 'secret' | 'keepSecret'>;

export class TokenStore {
  readonly #settings: GoogleSettings;
  readonly #scope: string;
  readonly #grants = new Map<string, Grant>();

  /** @param scope what a service account asks for; separated by spaces */
  constructor(settings: GoogleSettings, scope = calendarScope) {
    this.#settings = settings;
    this.#scope = scope;
  }

  /** Makes no request yet. Throws RemoteError `reconnect` where there is nothing to sign in with. */
  sourceFor(link: Pick<CalendarLink, 'account'>, user: string, door: AccountDoor): TokenSource {
    const grant = this.#grantOf(link, user, door);
    const fetchToken = this.#fetcher(grant, user, door);
    const fresh = (): Promise<Held> => {
      grant.pending ??= fetchToken()
        .then(held => {
          grant.held = held;
          return held;
        })
        .finally(() => {
          grant.pending = null;
        });
      return grant.pending;
    };
    return {
      async token() {
        const { held } = grant;
        const good = held !== null && held.expiresAt - limits.tokenMarginMs > door.now();
        return good ? held.token : (await fresh()).token;
      },
      async renew(refused) {
        if (grant.held?.token === refused) grant.held = null;
        return grant.held === null ? (await fresh()).token : grant.held.token;
      },
    };
  }

  #grantOf(link: Pick<CalendarLink, 'account'>, user: string, door: AccountDoor): Grant {
    const secret = door.secret === null ? null : parseSecret(door.secret);
    const name = secret === null ? `${user} by delegation` : `${user} by consent of ${link.account}`;
    const known = this.#grants.get(name);
    if (known && (secret === null || known.names.has(secret.refreshToken))) return known;
    const { accessToken, expiresAt, refreshToken } = secret ?? {};
    const held = accessToken === undefined ? null : { token: accessToken, expiresAt: expiresAt ?? 0 };
    const names = new Set(refreshToken === undefined ? [] : [refreshToken]);
    const grant: Grant = { held, pending: null, refreshToken: refreshToken ?? null, names };
    this.#grants.set(name, grant);
    return grant;
  }

  #fetcher(grant: Grant, user: string, door: AccountDoor): () => Promise<Held> {
    const { oauth, serviceAccountKey: key, tokenUrl } = this.#settings;
    if (grant.refreshToken !== null) {
      if (oauth === null) throw unconfigured('connectors.google.oauth is missing: this person signed in with it');
      return () => refresh(grant, oauth, tokenUrl, door);
    }
    if (key === null) {
      throw unconfigured('nobody has consented to this calendar yet: its owner must connect their Google calendar');
    }
    return async () => {
      const assertion = assertionFor(key, { user, scope: this.#scope, audience: tokenUrl }, door.now());
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
      return heldOf(await askToken(door, tokenUrl, form, mendOfDelegation(this.#scope)), door.now());
    };
  }
}

async function refresh(
  grant: Grant,
  oauth: NonNullable<GoogleSettings['oauth']>,
  tokenUrl: string,
  door: AccountDoor,
): Promise<Held> {
  const old = grant.refreshToken ?? '';
  const client = { client_id: oauth.clientId, client_secret: oauth.clientSecret };
  const reply = await askToken(
    door,
    tokenUrl,
    { grant_type: 'refresh_token', refresh_token: old, ...client },
    mendOfConsent,
  );
  const held = heldOf(reply, door.now());
  const refreshToken = reply.refresh_token ?? old;
  grant.refreshToken = refreshToken;
  grant.names.add(refreshToken);
  const secret: OAuthSecret = { kind: 'oauth', refreshToken, accessToken: held.token, expiresAt: held.expiresAt };
  await door.keepSecret(JSON.stringify(secret));
  return held;
}

function heldOf(reply: TokenReply, now: Instant): Held {
  return { token: reply.access_token, expiresAt: now + reply.expires_in * 1000 };
}

function unconfigured(message: string): RemoteError {
  return new RemoteError('reconnect', message);
}

function parseSecret(text: string): OAuthSecret {
  try {
    return secretSchema.parse(JSON.parse(text));
  } catch {
    throw unconfigured('the stored sign-in cannot be read: the person must connect their Google calendar again');
  }
}

/** A JWT as the token endpoint wants it (RFC 7523), good for an hour. */
function assertionFor(
  key: ServiceAccountKey,
  { user, scope, audience }: Readonly<{ user: string; scope: string; audience: string }>,
  now: Instant,
): string {
  const seconds = Math.floor(now / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(key.private_key_id !== undefined && { kid: key.private_key_id }) };
  const iss = key.client_email;
  const claims = { iss, sub: user, scope, aud: audience, iat: seconds, exp: seconds + 3600 };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  try {
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key.private_key, 'base64url')}`;
  } catch {
    throw unconfigured('the key in connectors.google.serviceAccountKeyFile cannot sign: is it the whole file?');
  }
}
