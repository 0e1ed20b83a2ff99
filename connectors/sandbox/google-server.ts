/**
 * A Google for the demo, the simulation and the contract suite: many people's calendars, sign-in and mail behind one
 * address on this machine, with faults on request. It keeps nothing on disk.
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { answerCalendar, type GoogleParts } from './google-api.ts';
import { SandboxGmail } from './google-gmail.ts';
import { type GoogleHand, handOn } from './google-hand.ts';
import { type OAuthClient, SandboxOAuth } from './google-oauth.ts';
import { SandboxPush } from './google-push.ts';
import { type Answer, frontRefusal, GoogleRefusal } from './google-refusal.ts';
import { type GoogleCalendar, type GoogleUser, GoogleWorld } from './google-world.ts';

export type GoogleFault = Readonly<{
  /** Only requests of this method; default all. */
  method?: string;
  /** Only requests whose path contains this; default `/calendar/`. */
  path?: string;
  /** How many requests it meets; default 1. */
  times?: number;
  delayMs?: number;
  /** The connection breaks: before the request is done, or after. */
  drop?: 'before' | 'after';
  /** Said instead of the true answer. */
  reply?: Answer;
  /** The request has its effect before `reply` is said. */
  after?: boolean;
}>;

export type GoogleRequest = Readonly<{
  method: string;
  path: string;
  query: URLSearchParams;
  ifMatch: string | null;
  body: string;
  /** Who asked; null: nobody who is signed in. */
  user: string | null;
  /** null: the connection was dropped. */
  status: number | null;
}>;

export type GoogleSandboxOptions = Readonly<{
  runtime: Pick<Runtime, 'sleep' | 'now' | 'id'>;
  users: readonly GoogleUser[];
  /** Default: a free one. */
  port?: number;
  /** Told of every request once it is answered. */
  onRequest?: (request: GoogleRequest) => void;
}>;

/** A key as Google's console gives it, as far as we read it. */
export type SandboxKey = Readonly<{ client_email: string; private_key: string; private_key_id: string }>;

export type GoogleSandbox = Readonly<{
  /** `http://127.0.0.1:<port>`, and below it what a configuration names. */
  url: string;
  apiRoot: string;
  tokenUrl: string;
  authUrl: string;
  port: number;
  client: OAuthClient;
  world: GoogleWorld;
  oauth: SandboxOAuth;
  gmail: SandboxGmail;
  push: SandboxPush;
  /** A service account that may act for everybody here, within these scopes. */
  addServiceAccount(name: string, scopes: readonly string[]): SandboxKey;
  addUser(user: GoogleUser): GoogleCalendar;
  /** A person's calendar, their main one by default. Throws where there is none. */
  hand(email: string, calendarId?: string): GoogleHand;
  /** Breaks the requests to come; faults are used up in the order given. */
  fail(fault: GoogleFault): void;
  /** Every sync token given so far is refused: of one calendar, or of all. */
  expireSyncTokens(calendarId?: string): void;
  stop(): Promise<void>;
}>;

export async function startGoogleSandbox(options: GoogleSandboxOptions): Promise<GoogleSandbox> {
  const { runtime } = options;
  const push = new SandboxPush(() => runtime.now());
  const world = new GoogleWorld(calendar => push.tell(calendar));
  for (const user of options.users) world.addUser(user);
  const client = { clientId: 'sandbox.apps.googleusercontent.com', clientSecret: 'GOCSPX-sandbox' };
  // Ids of Google are of the digits and the letters a to v.
  const newId = () => runtime.id().replaceAll(/[^a-v0-9]/g, '');
  const faults: Serving['faults'] = [];
  const place = { url: '' };
  const oauth = new SandboxOAuth({
    now: () => runtime.now(),
    newId,
    isUser: email => world.users.has(email),
    client,
    tokenUrl: () => `${place.url}/token`,
  });
  const gmail = new SandboxGmail();
  const parts: GoogleParts = { world, push, listings: new Map(), now: () => runtime.now(), newId };
  const server = createServer((request, response) => {
    serve({ parts, oauth, gmail, faults, options, place }, request, response).catch(() => response.destroy());
  });
  // Who asks ends idle connections. Did this end them as well, a request could meet one that is just ending.
  server.keepAliveTimeout = 0;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : (options.port ?? 0);
  place.url = `http://127.0.0.1:${port}`;
  const { url } = place;
  return {
    url,
    apiRoot: `${url}/`,
    tokenUrl: `${url}/token`,
    authUrl: `${url}/o/oauth2/v2/auth`,
    port,
    client,
    world,
    oauth,
    gmail,
    push,
    addServiceAccount: (name, scopes) => addServiceAccount(oauth, world, name, scopes),
    addUser: user => world.addUser(user),
    hand: (email, calendarId) => handOn(world, world.calendarFor(email, calendarId ?? 'primary'), parts),
    fail: fault => void faults.push({ ...fault, left: fault.times ?? 1 }),
    expireSyncTokens(calendarId) {
      for (const { id, state } of world.calendars())
        if (calendarId === undefined || id === calendarId) state.expireTokens();
    },
    async stop() {
      await push.settled();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function addServiceAccount(
  oauth: SandboxOAuth,
  world: GoogleWorld,
  name: string,
  scopes: readonly string[],
): SandboxKey {
  const email = `${name}@sandbox.iam.gserviceaccount.com`;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  oauth.accounts.set(email, { email, publicKey, scopes });
  if (!world.users.has(email)) world.addUser({ email });
  return { client_email: email, private_key: privateKey, private_key_id: name };
}

type Serving = Readonly<{
  parts: GoogleParts;
  oauth: SandboxOAuth;
  gmail: SandboxGmail;
  faults: Array<GoogleFault & { left: number }>;
  options: GoogleSandboxOptions;
  place: Readonly<{ url: string }>;
}>;

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { parts, oauth, options } = serving;
  const body = await bodyOf(request);
  const method = request.method ?? 'GET';
  const asked = new URL(request.url ?? '/', 'http://sandbox');
  const path = asked.pathname;
  const fault = parts.world.switches.down ? { drop: 'before' as const } : takeFault(serving.faults, method, path);
  if (fault?.delayMs !== undefined) await options.runtime.sleep(fault.delayMs);
  const ifMatch = request.headers['if-match'] ?? null;
  const user = oauth.userOf(request.headers.authorization);
  const note = (status: number | null) =>
    options.onRequest?.({ method, path, query: asked.searchParams, ifMatch, body, user, status });
  const truth = () => answer(serving, { method, asked, body, headers: request.headers });
  if (fault?.drop === 'after') truth();
  if (fault?.drop !== undefined) {
    note(null);
    request.socket.destroy();
    return;
  }
  const said = fault?.reply && !fault.after ? null : truth();
  const reply: Answer = fault?.reply ?? said ?? { status: 500 };
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body ?? '');
  note(reply.status);
}

type Incoming = Readonly<{ method: string; asked: URL; body: string; headers: IncomingMessage['headers'] }>;

function answer({ parts, oauth, gmail, place }: Serving, { method, asked, body, headers }: Incoming): Answer {
  const { pathname, searchParams: query } = asked;
  try {
    if (pathname === '/o/oauth2/v2/auth') return oauth.authorize(query);
    if (pathname === '/token') return oauth.token(new URLSearchParams(body));
    if (pathname === '/revoke') return oauth.revokeToken(new URLSearchParams(body));
    const { user, scope } = oauth.signedIn(headers.authorization);
    const [, mailPath] = /^\/gmail\/v1\/users\/[^/]+\/(.*)$/.exec(pathname) ?? [];
    if (mailPath !== undefined) return gmail.answer({ method, path: mailPath, query, body, user, scope });
    const [, path] = /^\/calendar\/v3\/(.*)$/.exec(pathname) ?? [];
    if (path === undefined)
      return {
        status: 404,
        headers: { 'content-type': 'text/html' },
        body: '<!DOCTYPE html><title>Error 404 (Not Found)</title>',
      };
    if (!/auth\/calendar(\.events)?(\s|$)/.test(scope)) {
      throw frontRefusal(403, 'insufficientPermissions', 'PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT');
    }
    const words = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    return answerCalendar(parts, { method, path, query, headers: words, body, user, root: place.url });
  } catch (error) {
    if (error instanceof GoogleRefusal) return error.answer;
    throw error;
  }
}

/** The first fault that fits, once. */
function takeFault(faults: Serving['faults'], method: string, path: string): GoogleFault | null {
  const fits = (fault: GoogleFault) =>
    (fault.method === undefined || fault.method === method) && path.includes(fault.path ?? '/calendar/');
  const at = faults.findIndex(fits);
  const fault = faults[at];
  if (fault === undefined) return null;
  fault.left -= 1;
  if (fault.left <= 0) faults.splice(at, 1);
  return fault;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
