/**
 * Sign-in: a page that asks a person for consent (with PKCE), and the token endpoint with its three grants. Section 2
 * of reference/google-calendar.md. Tokens are opaque and counted up from fresh ids.
 */
import { createHash, createVerify } from 'node:crypto';
import type { Instant } from '../../src/model/ids.ts';
import { type Answer, frontRefusal, json, tokenRefusal } from './google-refusal.ts';

/** @property scopes to which delegation is allowed by the Workspace's administrator; empty: no delegation */
export type ServiceAccount = Readonly<{ email: string; publicKey: string; scopes: readonly string[] }>;
export type OAuthClient = Readonly<{ clientId: string; clientSecret: string }>;

type Grant = { user: string; scope: string; refreshToken: string; revoked: boolean };
type Code = Readonly<{ grant: Grant; redirectUri: string; challenge: string | null }>;
type Access = Readonly<{ user: string; scope: string; expiresAt: Instant; grant: Grant | null }>;

export type OAuthOptions = Readonly<{
  now(): Instant;
  newId(): string;
  isUser(email: string): boolean;
  client: OAuthClient;
  tokenUrl(): string;
}>;

const lifetime = 3599;
const skewMs = 5 * 60_000;
const jwtGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export class SandboxOAuth {
  /** Whether a refresh gives a new refresh token and takes the old one back. Google does not do so as a rule. */
  rotates = false;
  readonly accounts = new Map<string, ServiceAccount>();
  /** Replies with tokens, by grant type. */
  readonly given: string[] = [];
  readonly #options: OAuthOptions;
  readonly #access = new Map<string, Access>();
  readonly #grants = new Map<string, Grant>();
  readonly #codes = new Map<string, Code>();

  constructor(options: OAuthOptions) {
    this.#options = options;
  }

  /** A consent as if the person had clicked through the page: its refresh token. */
  consent(user: string, scope: string): string {
    return this.#newGrant(user, scope).refreshToken;
  }

  /** The person withdraws every consent: no token works any more. */
  revoke(user: string): void {
    for (const grant of this.#grants.values()) if (grant.user === user) grant.revoked = true;
  }

  /** Access tokens given so far are refused. */
  expireAccess(): void {
    this.#access.clear();
  }

  /** Who asks, and for what. Throws GoogleRefusal 401. */
  signedIn(authorization: string | undefined): Readonly<{ user: string; scope: string }> {
    const access = this.#accessOf(authorization);
    if (!access || access.expiresAt <= this.#options.now() || access.grant?.revoked === true) {
      throw frontRefusal(401, 'authError', 'UNAUTHENTICATED', null);
    }
    return access;
  }

  /** Who asks, whether or not the token is still good; null: nobody known. */
  userOf(authorization: string | undefined): string | null {
    return this.#accessOf(authorization)?.user ?? null;
  }

  /** The consent page, or, where the person has said who they are, the way back with a code. */
  authorize(query: URLSearchParams): Answer {
    const redirectUri = query.get('redirect_uri') ?? '';
    if (query.get('client_id') !== this.#options.client.clientId || !URL.canParse(redirectUri)) {
      return { status: 400, body: 'Error 400: redirect_uri_mismatch' };
    }
    const user = query.get('user') ?? query.get('login_hint') ?? '';
    if (!query.has('allow'))
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: consentPage(query, user) };
    const back = new URL(redirectUri);
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    if (query.get('allow') !== 'yes' || !this.#options.isUser(user)) back.searchParams.set('error', 'access_denied');
    else back.searchParams.set('code', this.#newCode(user, redirectUri, query));
    return { status: 302, headers: { location: back.href } };
  }

  /** POST /token. Throws GoogleRefusal. */
  token(form: URLSearchParams): Answer {
    const type = form.get('grant_type');
    this.given.push(type ?? '');
    if (type === jwtGrant) return this.#byAssertion(form.get('assertion') ?? '');
    if (
      form.get('client_id') !== this.#options.client.clientId ||
      form.get('client_secret') !== this.#options.client.clientSecret
    ) {
      throw tokenRefusal(401, 'invalid_client', 'The OAuth client was not found.');
    }
    if (type === 'refresh_token') return this.#byRefresh(form.get('refresh_token') ?? '');
    if (type === 'authorization_code') return this.#byCode(form);
    throw tokenRefusal(400, 'unsupported_grant_type', `Invalid grant_type: ${type}`);
  }

  /** POST /revoke */
  revokeToken(form: URLSearchParams): Answer {
    const token = form.get('token') ?? '';
    const grant = this.#grants.get(token) ?? this.#access.get(token)?.grant ?? null;
    if (grant === null) throw tokenRefusal(400, 'invalid_token', 'Token expired or revoked');
    grant.revoked = true;
    return json({});
  }

  #accessOf(authorization: string | undefined): Access | undefined {
    return this.#access.get(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
  }

  #byRefresh(refreshToken: string): Answer {
    const grant = this.#grants.get(refreshToken);
    if (!grant || grant.revoked || grant.refreshToken !== refreshToken) {
      throw tokenRefusal(400, 'invalid_grant', 'Token has been expired or revoked.');
    }
    const next = this.rotates ? `1//${this.#options.newId()}` : null;
    if (next !== null) {
      grant.refreshToken = next;
      this.#grants.set(next, grant);
    }
    return this.#newAccess(grant.user, grant.scope, grant, next === null ? {} : { refresh_token: next });
  }

  #byCode(form: URLSearchParams): Answer {
    const code = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const verified = code?.challenge == null || sha256(form.get('code_verifier') ?? '') === code.challenge;
    if (!code || !verified) throw tokenRefusal(400, 'invalid_grant', 'Malformed auth code.');
    if (code.redirectUri !== form.get('redirect_uri')) throw tokenRefusal(400, 'redirect_uri_mismatch', 'Bad Request');
    const { user, scope, refreshToken } = code.grant;
    return this.#newAccess(user, scope, code.grant, { refresh_token: refreshToken, id_token: idToken(user) });
  }

  #byAssertion(assertion: string): Answer {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const claims: Readonly<Record<string, unknown>> = readJson(body);
    const account = this.accounts.get(String(claims.iss));
    const good =
      account && createVerify('RSA-SHA256').update(`${head}.${body}`).verify(account.publicKey, signature, 'base64url');
    if (!account || !good) throw tokenRefusal(400, 'invalid_grant', 'Invalid JWT Signature.');
    if (claims.aud !== this.#options.tokenUrl())
      throw tokenRefusal(400, 'invalid_grant', 'Invalid JWT: Failed audience check.');
    const [issued, expires] = [Number(claims.iat) * 1000, Number(claims.exp) * 1000];
    const now = this.#options.now();
    if (
      Math.abs(issued - now) > skewMs + 3_600_000 ||
      issued > now + skewMs ||
      expires < now ||
      expires - issued > 3_600_000
    ) {
      const message =
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.';
      throw tokenRefusal(400, 'invalid_grant', message);
    }
    const scope = String(claims.scope ?? '');
    const user = typeof claims.sub === 'string' ? claims.sub : account.email;
    if (user !== account.email && !scope.split(' ').every(one => account.scopes.includes(one))) {
      throw tokenRefusal(
        401,
        'unauthorized_client',
        'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      );
    }
    if (!this.#options.isUser(user)) throw tokenRefusal(400, 'invalid_grant', 'Invalid email or User ID');
    return this.#newAccess(user, scope, null, {});
  }

  #newAccess(user: string, scope: string, grant: Grant | null, more: Readonly<Record<string, string>>): Answer {
    const token = `ya29.${this.#options.newId()}`;
    this.#access.set(token, { user, scope, expiresAt: this.#options.now() + lifetime * 1000, grant });
    return json({ access_token: token, expires_in: lifetime, token_type: 'Bearer', scope, ...more });
  }

  #newGrant(user: string, scope: string): Grant {
    const grant = { user, scope, refreshToken: `1//${this.#options.newId()}`, revoked: false };
    this.#grants.set(grant.refreshToken, grant);
    return grant;
  }

  #newCode(user: string, redirectUri: string, query: URLSearchParams): string {
    const code = `4/${this.#options.newId()}`;
    const grant = this.#newGrant(user, query.get('scope') ?? '');
    this.#codes.set(code, { grant, redirectUri, challenge: query.get('code_challenge') });
    return code;
  }
}

function readJson(part: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw tokenRefusal(400, 'invalid_request', 'Bad Request');
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Says whose consent it was; nobody checks its signature, which stands only for its form. */
function idToken(email: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ email, email_verified: true, sub: sha256(email).slice(0, 21) })}.`;
}

function consentPage(query: URLSearchParams, user: string): string {
  const hidden = [...query].map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const choice = `<label>Account <input name="user" value="${escapeHtml(user)}"></label>`;
  const buttons = '<button name="allow" value="yes">Allow</button> <button name="allow" value="no">Cancel</button>';
  const head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in (sandbox)</title>';
  return `${head}<h1>callboard wants to see and edit your calendar</h1><form>${hidden.join('')}${choice} ${buttons}</form></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
}
