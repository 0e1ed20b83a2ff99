/** The sign-in side of a Microsoft sandbox: tokens for the application and for people. No sockets, no clock. */
import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import type { Instant } from '../../src/model/ids.ts';
import type { GraphAnswer } from './microsoft-events.ts';
import type { MicrosoftWorld } from './microsoft-world.ts';

/** The application as it is registered in the directory. */
export type Registration = Readonly<{
  tenantId: string;
  clientId: string;
  clientSecret: string | null;
  /** PEM; null: none was uploaded. */
  certificate: string | null;
}>;

type Grant = Readonly<{ user: string | null }>;
type Code = Readonly<{ user: string; challenge: string | null }>;

export class Entra {
  readonly #world: MicrosoftWorld;
  readonly #registration: Registration;
  readonly #access = new Map<string, Grant>();
  readonly #refresh = new Map<string, string>();
  readonly #codes = new Map<string, Code>();
  readonly #devices = new Map<string, string | null>();
  readonly #assertions = new Set<string>();
  #count = 0;
  /** What a refused refresh says beside `invalid_grant`; null: nothing, as with a changed password. */
  suberror: string | null = null;
  /** The next token requests fail with this status; null: none does. */
  failWith: number | null = null;

  constructor(world: MicrosoftWorld, registration: Registration) {
    this.#world = world;
    this.#registration = registration;
  }

  /** Whose token this is; undefined: nobody's. */
  signedIn(token: string): Grant | undefined {
    return this.#access.get(token);
  }

  /** From now on every access token given out so far is refused. */
  expireAccess(): void {
    this.#access.clear();
  }

  /** What a changed password or a withdrawn consent does. */
  revoke(user: string): void {
    for (const [token, owner] of this.#refresh) if (owner === user) this.#refresh.delete(token);
    for (const [token, grant] of this.#access) if (grant.user === user) this.#access.delete(token);
  }

  /** The person types the code into another machine and agrees. */
  /** The person types every code that is waiting. */
  approveAll(user: string): void {
    for (const [code, by] of this.#devices) if (by === null) this.approve(code, user);
  }

  approve(deviceCode: string, user: string): void {
    this.#devices.set(deviceCode, user);
  }

  /** What signing in in a browser comes to. */
  codeFor(user: string, challenge: string | null): string {
    const code = this.#next('code');
    this.#codes.set(code, { user, challenge });
    return code;
  }

  metadata(root: string): GraphAnswer {
    const base = `${root}/${this.#registration.tenantId}`;
    const body = {
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
    return { status: 200, body };
  }

  deviceCode(root: string): GraphAnswer {
    const device = this.#next('device');
    this.#devices.set(device, null);
    const verification = `${root}/device`;
    const message = `Open ${verification} and enter ${device}.`;
    const codes = { device_code: device, user_code: device, verification_uri: verification };
    return { status: 200, body: { ...codes, expires_in: 900, interval: 1, message } };
  }

  /** @param address of the token endpoint, which an assertion must name */
  token(form: URLSearchParams, address: string, now: Instant): GraphAnswer {
    if (this.failWith !== null) return { status: this.failWith, body: { error: 'temporarily_unavailable' } };
    if (form.get('client_id') !== this.#registration.clientId) return refused(400, 'unauthorized_client', 700016);
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return this.#forApplication(form, address, now);
      case 'authorization_code':
        return this.#forCode(form);
      case 'refresh_token':
        return this.#forRefresh(form);
      case 'urn:ietf:params:oauth:grant-type:device_code':
      case 'device_code':
        return this.#forDevice(form);
      default:
        return refused(400, 'unsupported_grant_type', 70003);
    }
  }

  #forApplication(form: URLSearchParams, address: string, now: Instant): GraphAnswer {
    if (!this.#isApplication(form, address, now)) return refused(401, 'invalid_client', 7000215);
    if (!form.get('scope')?.includes('/.default')) return refused(400, 'invalid_scope', 1002012);
    return { status: 200, body: this.#access_token(null) };
  }

  #forCode(form: URLSearchParams): GraphAnswer {
    const code = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!code || (code.challenge !== null && code.challenge !== proof)) return refused(400, 'invalid_grant', 70008);
    return this.#forUser(code.user, form.get('scope') ?? '');
  }

  /** A refresh token is good once; with the answer comes the next. */
  #forRefresh(form: URLSearchParams): GraphAnswer {
    const token = form.get('refresh_token') ?? '';
    const user = this.#refresh.get(token);
    this.#refresh.delete(token);
    if (user === undefined || !this.#world.users.has(user)) {
      return refused(400, 'invalid_grant', 50173, this.suberror === null ? {} : { suberror: this.suberror });
    }
    return this.#forUser(user, form.get('scope') ?? '');
  }

  #forDevice(form: URLSearchParams): GraphAnswer {
    const user = this.#devices.get(form.get('device_code') ?? '');
    if (user === undefined) return refused(400, 'expired_token', 70020);
    return user === null ? refused(400, 'authorization_pending', 70016) : this.#forUser(user, form.get('scope') ?? '');
  }

  #forUser(user: string, scope: string): GraphAnswer {
    const refresh = this.#next('refresh');
    this.#refresh.set(refresh, user);
    const { tenantId, clientId } = this.#registration;
    const uid = createHash('sha256').update(user).digest('hex').slice(0, 32);
    const claims = { aud: clientId, iss: `https://sandbox/${tenantId}/v2.0`, sub: uid, oid: uid, tid: tenantId };
    const idToken = [
      { alg: 'none', typ: 'JWT' },
      { ...claims, preferred_username: user, ver: '2.0' },
    ].map(encode);
    const body = {
      ...this.#access_token(user),
      scope,
      refresh_token: refresh,
      id_token: `${idToken.join('.')}.`,
      client_info: encode({ uid, utid: tenantId }),
    };
    return { status: 200, body };
  }

  #access_token(user: string | null) {
    const token = this.#next('access');
    this.#access.set(token, { user });
    return { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token };
  }

  #isApplication(form: URLSearchParams, address: string, now: Instant): boolean {
    const secret = form.get('client_secret');
    if (secret !== null) return secret === this.#registration.clientSecret;
    const { certificate, clientId } = this.#registration;
    const assertion = form.get('client_assertion') ?? '';
    const [head = '', claims = '', signature = ''] = assertion.split('.');
    if (certificate === null || this.#assertions.has(assertion)) return false;
    this.#assertions.add(assertion);
    const key = { key: createPublicKey(certificate), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const isSigned = verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
    const said: unknown = isSigned ? JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) : null;
    if (typeof said !== 'object' || said === null || !('aud' in said && 'iss' in said && 'exp' in said)) return false;
    return said.aud === address && said.iss === clientId && Number(said.exp) * 1000 > now;
  }

  #next(kind: string): string {
    this.#count += 1;
    return `sandbox-${kind}-${this.#count}`;
  }
}

function refused(
  status: number,
  error: string,
  code: number,
  more: Readonly<Record<string, string>> = {},
): GraphAnswer {
  const description = `AADSTS${code}: refused by the sandbox.`;
  return { status, body: { error, error_description: description, error_codes: [code], ...more } };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
