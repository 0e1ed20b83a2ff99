/**
 * A CalDAV server for the demo, the simulation and the contract suite: many users and calendars behind one address on
 * this machine, with faults on request. It keeps nothing on disk.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { encodePath } from '../caldav/href.ts';
import { answer, type DavAnswer } from './caldav-answers.ts';
import { type CaldavSwitches, CaldavWorld, type SandboxCalendar, type SandboxUser } from './caldav-world.ts';

export type Fault = Readonly<{
  /** Only requests of this method; default all. */
  method?: string;
  /** How many requests it meets; default 1. */
  times?: number;
  delayMs?: number;
  /** The connection breaks: before the request is done, or after. */
  drop?: 'before' | 'after';
  /** Said instead of the true answer. */
  reply?: DavAnswer;
  /** The request has its effect before `reply` is said. */
  after?: boolean;
}>;

export type SandboxRequest = Readonly<{ method: string; path: string; status: number | null; bytes: number }>;

export type CaldavSandboxOptions = Readonly<{
  runtime: Pick<Runtime, 'sleep'>;
  users: readonly SandboxUser[];
  /** Default: a free one. */
  port?: number;
  /** Told of every request once it is answered (status null: the connection was dropped). */
  onRequest?: (request: SandboxRequest) => void;
}>;

export type CaldavSandbox = Readonly<{
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  switches: CaldavSwitches;
  addUser(user: SandboxUser): void;
  /** Makes a calendar and gives its address and state. */
  addCalendar(user: string, name: string): Readonly<{ url: string; state: SandboxCalendar['state'] }>;
  removeCalendar(user: string, name: string): void;
  /** Throws where there is no such calendar. */
  calendar(user: string, name: string): SandboxCalendar;
  calendarsOf(user: string): readonly SandboxCalendar[];
  /** Breaks the requests to come; faults are used up in the order given. */
  fail(fault: Fault): void;
  stop(): Promise<void>;
}>;

export async function startCaldavSandbox(options: CaldavSandboxOptions): Promise<CaldavSandbox> {
  const world = new CaldavWorld();
  for (const user of options.users) world.users.set(user.name, user);
  const faults: Array<Fault & { left: number }> = [];
  const server = createServer((request, response) => {
    serve({ world, faults, options }, request, response).catch(() => response.destroy());
  });
  // Who asks ends idle connections. Did this end them as well, a request could meet one that is just ending.
  server.keepAliveTimeout = 0;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : (options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const calendar = (user: string, name: string): SandboxCalendar => {
    const found = world.calendarsOf(user).find(each => each.name === name);
    if (found === undefined) throw new Error(`the sandbox has no calendar ${name} of ${user}`);
    return found;
  };
  return {
    url,
    port,
    switches: world.switches,
    addUser: user => void world.users.set(user.name, user),
    addCalendar(user, name) {
      const { path, state } = world.addCalendar(user, name);
      return { url: `${url}${encodePath(path)}`, state };
    },
    removeCalendar: (user, name) => world.removeCalendar(calendar(user, name).path),
    calendar,
    calendarsOf: user => world.calendarsOf(user),
    fail: fault => void faults.push({ ...fault, left: fault.times ?? 1 }),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Serving = Readonly<{
  world: CaldavWorld;
  faults: Array<Fault & { left: number }>;
  options: CaldavSandboxOptions;
}>;

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world, options } = serving;
  const body = await bodyOf(request);
  const method = request.method ?? 'GET';
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://sandbox').pathname);
  const fault = world.switches.down ? { drop: 'before' as const } : takeFault(serving.faults, method);
  if (fault?.delayMs !== undefined) await options.runtime.sleep(fault.delayMs);
  const note = (status: number | null, bytes: number) => options.onRequest?.({ method, path, status, bytes });
  const truth = () => {
    const user = signedIn(world, request.headers.authorization);
    if (user === null) return { status: 401, headers: { 'www-authenticate': 'Basic realm="sandbox"' } };
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    return answer(world, { method, path, headers, body, user });
  };
  if (fault?.drop === 'after') truth();
  if (fault?.drop !== undefined) {
    note(null, 0);
    request.socket.destroy();
    return;
  }
  const said = fault?.reply && !fault.after ? null : truth();
  const reply: DavAnswer = fault?.reply ?? said ?? { status: 500 };
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body ?? '');
  note(reply.status, Buffer.byteLength(reply.body ?? ''));
}

/** The first fault that fits, once. */
function takeFault(faults: Serving['faults'], method: string): Fault | null {
  const at = faults.findIndex(fault => fault.method === undefined || fault.method === method);
  const fault = faults[at];
  if (fault === undefined) return null;
  fault.left -= 1;
  if (fault.left <= 0) faults.splice(at, 1);
  return fault;
}

function signedIn(world: CaldavWorld, authorization: string | undefined): string | null {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return world.users.get(name)?.password === password ? name : null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
