/**
 * Entra ID and Microsoft Graph for the demo, the simulation and the contract suite: many mailboxes behind one address
 * on this machine, with faults on request. It keeps nothing on disk.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { answerBatch } from './microsoft-batch.ts';
import { DeltaTokens } from './microsoft-delta.ts';
import { Entra, type Registration } from './microsoft-entra.ts';
import { GraphRefusal } from './microsoft-event.ts';
import type { GraphAnswer, GraphAsk } from './microsoft-events.ts';
import { answerGraph, type Graph, mailboxOf, refusal } from './microsoft-graph.ts';
import { type MicrosoftHand, microsoftHand } from './microsoft-hand.ts';
import { type Post, Subscriptions } from './microsoft-subscriptions.ts';
import { type MicrosoftUser, MicrosoftWorld } from './microsoft-world.ts';

export type MicrosoftFault = Readonly<{
  /** Only requests of this method; default all. Parts of a batch are requests of their own. */
  method?: string;
  /** Only requests whose path (with query) fits. */
  path?: RegExp;
  /** How many requests it meets; default 1. */
  times?: number;
  delayMs?: number;
  /** The connection breaks: before the request is done, or after. */
  drop?: 'before' | 'after';
  /** Said instead of the true answer; a text is sent as it is. */
  reply?: GraphAnswer;
  /** The request has its effect before `reply` is said. */
  after?: boolean;
}>;

export type MicrosoftRequest = Readonly<{
  method: string;
  /** With query, as it came. */
  path: string;
  status: number | null;
  mailbox: string | null;
  /** Whether it was a part of a batch. */
  inner: boolean;
}>;

export type MicrosoftSandboxOptions = Readonly<{
  runtime: Pick<Runtime, 'sleep' | 'now'>;
  registration: Registration;
  users: readonly MicrosoftUser[];
  /** Default: a free one. */
  port?: number;
  onRequest?: (request: MicrosoftRequest) => void;
}>;

export type MicrosoftSandbox = Readonly<{
  /** `http://127.0.0.1:<port>`, which is the authority as well. */
  url: string;
  /** `<url>/v1.0` */
  graphRoot: string;
  world: MicrosoftWorld;
  entra: Entra;
  subscriptions: Subscriptions;
  /** Every delta link given out so far is refused. */
  expireCursors(): void;
  /** Acts as the person whose calendar it is. @param calendar its name; default: the main one */
  hand(user: string, calendar?: string): MicrosoftHand;
  /** Breaks the requests to come; faults are used up in the order given. */
  fail(fault: MicrosoftFault): void;
  stop(): Promise<void>;
}>;

type Serving = Graph &
  Readonly<{
    entra: Entra;
    faults: Array<MicrosoftFault & { left: number }>;
    /** Requests under way, by mailbox. */
    busy: Map<string, number>;
    options: MicrosoftSandboxOptions;
  }>;

export async function startMicrosoftSandbox(options: MicrosoftSandboxOptions): Promise<MicrosoftSandbox> {
  const world = new MicrosoftWorld();
  for (const user of options.users) world.addUser(user);
  const entra = new Entra(world, options.registration);
  const deltas = new DeltaTokens(world);
  const subscriptions = new Subscriptions(post);
  const faults: Serving['faults'] = [];
  const busy = new Map<string, number>();
  const parts = { world, deltas, subscriptions, entra, faults, busy, options };
  const server = createServer((request, response) => {
    serve({ ...parts, root: `http://${request.headers.host}/v1.0` }, request, response).catch(() => response.destroy());
  });
  // Who asks ends idle connections. Did this end them as well, a request could meet one that is just ending.
  server.keepAliveTimeout = 0;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : (options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    graphRoot: `${url}/v1.0`,
    world,
    entra,
    subscriptions,
    expireCursors: () => deltas.expire(),
    hand(user, name) {
      const calendar = world.calendarsOf(user).find(each => (name === undefined ? each.isDefault : each.name === name));
      if (calendar === undefined) throw new Error('the sandbox has no such calendar');
      return microsoftHand(world, calendar);
    },
    fail: fault => void faults.push({ ...fault, left: fault.times ?? 1 }),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const post: Post = async (url, body) => {
  const headers = { 'content-type': body === null ? 'text/plain; charset=utf-8' : 'application/json' };
  const reply = await fetch(url, { method: 'POST', headers, ...(body === null ? {} : { body: JSON.stringify(body) }) });
  return { status: reply.status, type: reply.headers.get('content-type') ?? '', text: await reply.text() };
};

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await bodyOf(request);
  const method = request.method ?? 'GET';
  const path = request.url ?? '/';
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const answer = await troubled(serving, { method, path, inner: false, mailbox: null }, () =>
    answerRequest(serving, { method, path, headers, text }),
  );
  if (answer === null) {
    request.socket.destroy();
    return;
  }
  const { status, body } = answer;
  const said = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html' : 'application/json;odata.metadata=minimal;charset=utf-8';
  response.writeHead(status, { ...(said === '' ? {} : { 'content-type': type }), ...answer.headers });
  response.end(said);
}

/** Performs the request unless a fault meets it; null: the connection is to break. */
async function troubled(
  { world, faults, options }: Serving,
  about: Omit<MicrosoftRequest, 'status'>,
  perform: () => Promise<GraphAnswer>,
): Promise<GraphAnswer | null> {
  const fault = world.switches.down ? ({ drop: 'before' } satisfies MicrosoftFault) : takeFault(faults, about);
  if (fault?.delayMs !== undefined) await options.runtime.sleep(fault.delayMs);
  const happens = fault === null || (fault.drop !== 'before' && (fault.reply === undefined || fault.after));
  const truth = happens ? await perform() : { status: 500 };
  const answer = fault?.drop === undefined ? (fault?.reply ?? truth) : null;
  options.onRequest?.({ ...about, status: answer?.status ?? null });
  return answer;
}

/** The first fault that fits, once. */
function takeFault(
  faults: Serving['faults'],
  { method, path }: Omit<MicrosoftRequest, 'status'>,
): MicrosoftFault | null {
  const at = faults.findIndex(
    fault => (fault.method ?? method) === method && (fault.path === undefined || fault.path.test(path)),
  );
  const fault = faults[at];
  if (fault === undefined) return null;
  fault.left -= 1;
  if (fault.left <= 0) faults.splice(at, 1);
  return fault;
}

type Came = Readonly<{ method: string; path: string; headers: Readonly<Record<string, string>>; text: string }>;

async function answerRequest(serving: Serving, came: Came): Promise<GraphAnswer> {
  const { entra, options } = serving;
  const address = new URL(came.path, serving.root);
  const [first, ...path] = address.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (first !== 'v1.0') return answerSignIn(serving, came, address);
  const grant = entra.signedIn(/^Bearer (.+)$/.exec(came.headers['authorization'] ?? '')?.[1] ?? '');
  if (grant === undefined) {
    return refusal(new GraphRefusal(401, 'InvalidAuthenticationToken', 'Access token has expired or is not valid.'));
  }
  const { method, headers } = came;
  const isText = (headers['content-type'] ?? '').startsWith('text/plain');
  const body: unknown = came.text === '' || isText ? came.text : JSON.parse(came.text);
  const ask = { method, path, query: address.searchParams, headers, body, signedIn: grant.user };
  if (path[0] !== '$batch')
    return await inMailbox(serving, ask, () => answerGraph(serving, ask, options.runtime.now()));
  try {
    return await answerBatch(ask, serving.world.switches.batchWidth, part => answerPart(serving, part));
  } catch (error) {
    if (error instanceof GraphRefusal) return refusal(error);
    throw error;
  }
}

async function answerPart(serving: Serving, part: GraphAsk): Promise<GraphAnswer> {
  const query = part.query.size === 0 ? '' : `?${part.query}`;
  const about = { method: part.method, path: `/${part.path.join('/')}${query}`, inner: true, mailbox: mailboxOf(part) };
  const now = serving.options.runtime.now();
  const answer = await troubled(serving, about, () => inMailbox(serving, part, () => answerGraph(serving, part, now)));
  return answer ?? { status: 502 };
}

/** A mailbox takes so many requests at once and turns the others away. */
async function inMailbox(
  { world, busy, options }: Serving,
  ask: GraphAsk,
  perform: () => Promise<GraphAnswer>,
): Promise<GraphAnswer> {
  const mailbox = mailboxOf(ask) ?? '';
  const under = busy.get(mailbox) ?? 0;
  if (mailbox !== '' && under >= world.switches.concurrency) {
    const refused = refusal(new GraphRefusal(429, 'ApplicationThrottled', 'over its MailboxConcurrency limit.'));
    return { ...refused, headers: { 'retry-after': '1' } };
  }
  busy.set(mailbox, under + 1);
  try {
    if (world.switches.latencyMs > 0) await options.runtime.sleep(world.switches.latencyMs);
    return await perform();
  } finally {
    busy.set(mailbox, (busy.get(mailbox) ?? 1) - 1);
  }
}

/** Everything that is not Graph: `/<tenant>/oauth2/v2.0/…` and what leads there. */
function answerSignIn({ entra, world, options }: Serving, came: Came, address: URL): GraphAnswer {
  const { pathname, origin, searchParams } = address;
  if (pathname.endsWith('/v2.0/.well-known/openid-configuration')) return entra.metadata(origin);
  if (pathname.endsWith('/oauth2/v2.0/devicecode')) return entra.deviceCode(origin);
  if (pathname.endsWith('/oauth2/v2.0/token')) {
    return entra.token(new URLSearchParams(came.text), `${origin}${pathname}`, options.runtime.now());
  }
  const back = searchParams.get('redirect_uri');
  if (!pathname.endsWith('/oauth2/v2.0/authorize') || back === null) return { status: 404 };
  const user = searchParams.get('login_hint');
  if (user === null || !world.users.has(user)) return { status: 200, body: chooser(address, [...world.users.keys()]) };
  const target = new URL(back);
  target.searchParams.set('code', entra.codeFor(user, searchParams.get('code_challenge')));
  target.searchParams.set('state', searchParams.get('state') ?? '');
  return { status: 302, headers: { location: target.href } };
}

/** A page on which one says who one is. */
function chooser(address: URL, users: readonly string[]): string {
  const links = users.map(user => {
    const choice = new URL(address);
    choice.searchParams.set('login_hint', user);
    return `<li><a href="${choice.href.replace(/&/g, '&amp;')}">${user}</a></li>`;
  });
  return `<!doctype html><title>Sign in (sandbox)</title><ul>${links.join('')}</ul>`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
