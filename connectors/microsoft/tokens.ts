/**
 * Access tokens by MSAL: for the application itself (client credentials), or for a person who gave their consent. Every
 * request to the authority goes through the door; nothing is retried.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  AuthError,
  ConfidentialClientApplication,
  type Configuration,
  type ICachePlugin,
  type INetworkModule,
  InteractionRequiredAuthError,
  type NetworkRequestOptions,
  type NetworkResponse,
  PublicClientApplication,
} from '@azure/msal-node';
import { z } from 'zod';
import type { ConnectorDoor } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { errorOfFailure, readBytes } from '../http.ts';
import { limits } from './limits.ts';
import type { MicrosoftSettings } from './settings.ts';

/** What signing in needs of the door; consent and doctor have no more than this. */
export type TokenDoor = Pick<ConnectorDoor, 'fetch' | 'signal'>;

/** The account's secret where a person gave their consent. `cache` is MSAL's own, serialised. */
const oauthSecret = z.object({ kind: z.literal('oauth'), cache: z.string(), homeAccountId: z.string() });
export type OauthSecret = z.infer<typeof oauthSecret>;

/** Where MSAL's cache is kept between two calls. */
export type TokenCache = Readonly<{ load(): string; keep(cache: string): Promise<void> }>;

/** Reads the opened secret of an account; null: none, the application signs in by itself. Throws `reconnect`. */
export function readSecret(secret: string | null): OauthSecret | null {
  if (secret === null) return null;
  const parsed = oauthSecret.safeParse(parseJson(secret));
  if (parsed.success) return parsed.data;
  throw new RemoteError('reconnect', 'the stored sign-in cannot be read: connect the calendar again');
}

/** A token for the application's own calls. Throws RemoteError. */
export async function applicationToken(
  settings: MicrosoftSettings,
  door: TokenDoor,
  cache: TokenCache,
  fresh: boolean,
): Promise<string> {
  return await asking(door, async network => {
    const client = clientOf(settings, settings.tenantId, network, cache);
    const scopes = [`${originOf(settings.graphRoot)}/.default`];
    const result = await client.acquireTokenByClientCredential({ scopes, skipCache: fresh });
    return result?.accessToken ?? null;
  });
}

/** A token for calls in the name of the person who gave their consent. Throws RemoteError. */
export async function personToken(
  settings: MicrosoftSettings,
  door: TokenDoor,
  cache: TokenCache,
  { homeAccountId, fresh }: Readonly<{ homeAccountId: string; fresh: boolean }>,
): Promise<string> {
  return await asking(door, async network => {
    const tenant = homeAccountId.split('.').at(-1) ?? settings.tenantId;
    const client = clientOf(settings, tenant, network, cache);
    const accounts = await client.getTokenCache().getAllAccounts();
    const account = accounts.find(each => each.homeAccountId === homeAccountId);
    if (account === undefined) throw reconnectError();
    const scopes = consentScopes(settings);
    return (await client.acquireTokenSilent({ account, scopes, forceRefresh: fresh })).accessToken;
  });
}

/** What a person is asked to allow. */
export function consentScopes({ graphRoot }: MicrosoftSettings): string[] {
  return [`${originOf(graphRoot)}/Calendars.ReadWrite`];
}

/** @param tenant a directory, or `common` for any account at all */
export function clientOf(
  settings: MicrosoftSettings,
  tenant: string,
  networkClient: INetworkModule,
  cache: TokenCache,
): ConfidentialClientApplication {
  const auth = { clientId: settings.clientId, ...authorityOf(settings, tenant), ...credentialOf(settings) };
  const system = { networkClient, disableInternalRetries: true };
  return new ConfidentialClientApplication({ auth, cache: { cachePlugin: pluginOf(cache) }, system });
}

/** The same registration without its secret: only so does Microsoft give out device codes. */
export function publicClientOf(
  settings: MicrosoftSettings,
  tenant: string,
  networkClient: INetworkModule,
  cache: TokenCache,
): PublicClientApplication {
  const auth = { clientId: settings.clientId, ...authorityOf(settings, tenant) };
  const system = { networkClient, disableInternalRetries: true };
  return new PublicClientApplication({ auth, cache: { cachePlugin: pluginOf(cache) }, system });
}

/** Runs one conversation with the authority; what goes wrong in it becomes a RemoteError. */
export async function asking<Result>(
  door: TokenDoor,
  talk: (network: INetworkModule) => Promise<Result | null>,
): Promise<Result> {
  let failure: RemoteError | null = null;
  const send = async <Body>(method: 'GET' | 'POST', url: string, options?: NetworkRequestOptions) => {
    try {
      return await exchange<Body>(door, method, url, options);
    } catch (error) {
      failure = errorOfFailure(error);
      throw failure;
    }
  };
  try {
    const result = await talk({
      sendGetRequestAsync: (url, options) => send('GET', url, options),
      sendPostRequestAsync: (url, options) => send('POST', url, options),
    });
    if (result === null) throw reconnectError();
    return result;
  } catch (error) {
    throw notDone(failure ?? errorOfAuthority(error));
  }
}

/** Nothing was asked of the calendar yet. */
function notDone(error: unknown): unknown {
  if (!(error instanceof RemoteError) || error.outcome === 'not-done') return error;
  const { kind, message, retryAt, detail, cause } = error;
  return new RemoteError(kind, message, { outcome: 'not-done', retryAt, detail, cause });
}

/** Errors of MSAL by what must be done about them: reference section 1.5. */
function errorOfAuthority(error: unknown): unknown {
  if (!(error instanceof AuthError)) return error;
  const { errorCode } = error;
  const aadsts = /AADSTS(\d+)/.exec(error.errorMessage)?.[1] ?? '';
  const detail = { code: errorCode, ...(aadsts === '' ? {} : { aadsts }) };
  // After a 429 or a 5xx MSAL refuses by itself for a while, without a code.
  if (errorCode === '' || /^(temporarily_unavailable|server_error|request_timeout)$/.test(errorCode)) {
    return new RemoteError('unavailable', 'the sign-in service of Microsoft failed', { detail, cause: error });
  }
  const isPerson = error instanceof InteractionRequiredAuthError || personCodes.has(errorCode);
  if (isPerson) return reconnectError(detail, error);
  const isCredential = /^(invalid_client|unauthorized_client)$/.test(errorCode) || aadsts.startsWith('7000');
  const message = registrationFaults[aadsts] ?? (isCredential ? badCredential : unknownFault);
  return new RemoteError('reconnect', message, { detail, cause: error });
}

const badCredential =
  'Microsoft does not accept the secret or certificate of the application: renew it in connectors.microsoft';
const unknownFault =
  'Microsoft refuses to sign callboard in: check connectors.microsoft and the application in the directory';

/** By the number of the sign-in service (AADSTS). */
const registrationFaults: Readonly<Record<string, string>> = {
  '90002': 'Microsoft knows no such directory: check connectors.microsoft.tenantId',
  '700016': 'the application is not in this directory: check clientId and tenantId of connectors.microsoft',
  '7000215': `${badCredential} (clientSecret is the secret’s value, not its id)`,
  '7000222': `${badCredential} (the secret has expired)`,
};

const personCodes: ReadonlySet<string> = new Set([
  'invalid_grant',
  'interaction_required',
  'consent_required',
  'login_required',
  'no_tokens_found',
  'no_account_found',
]);

function reconnectError(detail: RemoteError['detail'] = {}, cause?: unknown): RemoteError {
  const message = 'the consent given to callboard at Microsoft is no longer good: connect the calendar again';
  return new RemoteError('reconnect', message, { detail, cause });
}

async function exchange<Body>(
  door: TokenDoor,
  method: 'GET' | 'POST',
  url: string,
  options?: NetworkRequestOptions,
): Promise<NetworkResponse<Body>> {
  const reply = await door.fetch(url, {
    method,
    headers: options?.headers ?? {},
    signal: AbortSignal.any([door.signal, AbortSignal.timeout(limits.timeoutMs)]),
    ...(method === 'POST' ? { body: options?.body ?? '' } : {}),
  });
  const body = parseJson(new TextDecoder().decode(await readBytes(reply, limits.replyBytes)));
  const broken = typeof body !== 'object' || body === null;
  if (broken && reply.ok) throw new RemoteError('protocol', 'the sign-in service did not answer in JSON');
  // MSAL checks the body itself; a page for people stands for a server that failed.
  const said = broken ? { error: 'server_error', error_description: 'no JSON' } : body;
  return { headers: Object.fromEntries(reply.headers), body: said as Body, status: reply.status };
}

/** MSAL takes https alone; of a sandbox on this machine it is told the addresses instead of asking for them. */
function authorityOf({ authority }: MicrosoftSettings, tenant: string): Partial<Configuration['auth']> {
  const base = `${authority.replace(/\/+$/, '')}/${tenant}`;
  const host = new URL(authority).host;
  if (!authority.startsWith('http:')) return { authority: base, knownAuthorities: [host] };
  const authorityMetadata = JSON.stringify({
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  });
  return { authority: base.replace(/^http:/, 'https:'), knownAuthorities: [host], authorityMetadata };
}

function credentialOf({ clientSecret, certificate }: MicrosoftSettings): Partial<Configuration['auth']> {
  if (certificate === null) return clientSecret === null ? {} : { clientSecret };
  const privateKey = String(createPrivateKey(certificate.key).export({ type: 'pkcs8', format: 'pem' }));
  const thumbprintSha256 = new X509Certificate(certificate.certificate).fingerprint256.replaceAll(':', '');
  return { clientCertificate: { thumbprintSha256, privateKey } };
}

function pluginOf(cache: TokenCache): ICachePlugin {
  return {
    async beforeCacheAccess({ tokenCache }) {
      tokenCache.deserialize(cache.load());
    },
    async afterCacheAccess({ tokenCache, cacheHasChanged }) {
      if (cacheHasChanged) await cache.keep(tokenCache.serialize());
    },
  };
}

/** `https://graph.microsoft.com` */
function originOf(graphRoot: string): string {
  return new URL(graphRoot).origin;
}

/** undefined: no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
