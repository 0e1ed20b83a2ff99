/** What the real CalDAV servers of the tests have in common: a process in a temp folder, a port, plain requests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { findProgram } from './peer.ts';

export type DavUser = Readonly<{ name: string; password: string }>;

/** A running server, and the hand of another client: `put`, `get`, `remove` take paths or whole addresses. */
export type DavServer = Readonly<{
  url: string;
  folder: string;
  /** Makes a calendar (or finds the one that is there) and gives its address. */
  makeCalendar(user: DavUser, name: string): Promise<string>;
  /** Unconditional. Throws if the server refuses it. */
  put(user: DavUser, where: string, text: string): Promise<void>;
  get(user: DavUser, where: string): Promise<{ status: number; text: string; etag: string | null }>;
  remove(user: DavUser, where: string): Promise<void>;
  request(user: DavUser, where: string, init: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}>;

export type Recipe = Readonly<{
  program: string;
  /** Writes what the server needs into `folder` and returns its arguments. */
  prepare(folder: string, port: number): Promise<string[]>;
}>;

export async function startDavServer(recipe: Recipe): Promise<DavServer> {
  const program = findProgram(recipe.program);
  if (program === null) throw new Error(`${recipe.program} is not installed`);
  const folder = await mkdtemp(join(tmpdir(), `callboard-${recipe.program}-`));
  const port = await freePort();
  const child = spawn(program, await recipe.prepare(folder, port), { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', chunk => {
    complaints = `${complaints}${chunk}`.slice(-2000);
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([ended, wait(3000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(url)); tries += 1) {
    if (child.exitCode !== null || tries > 200) {
      await stop();
      throw new Error(`${recipe.program} did not start: ${complaints}`);
    }
    await wait(50);
  }
  const hand = davHand(url);
  return {
    ...hand,
    url,
    folder,
    stop,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { redirect: 'manual' })).text();
    return true;
  } catch {
    return false;
  }
}

/** Plain requests as another client makes them, at any CalDAV server. */
export function davHand(url: string): Pick<DavServer, 'makeCalendar' | 'put' | 'get' | 'remove' | 'request'> {
  const request = (user: DavUser, where: string, init: RequestInit) => {
    const authorization = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
    return fetch(new URL(where, url), { ...init, headers: { authorization, ...init.headers } });
  };
  const must = async (what: string, reply: Response, statuses: readonly number[]) => {
    const text = await reply.text();
    if (!statuses.includes(reply.status)) throw new Error(`${what}: ${reply.status} ${text.slice(0, 300)}`);
  };
  return {
    request,
    async makeCalendar(user, name) {
      const path = `/${user.name}/${name}/`;
      const headers = { 'content-type': 'application/xml' };
      await must('MKCALENDAR', await request(user, path, { method: 'MKCALENDAR', headers }), [201]);
      return new URL(path, url).href;
    },
    async put(user, where, text) {
      const headers = { 'content-type': 'text/calendar; charset=utf-8' };
      await must('PUT', await request(user, where, { method: 'PUT', headers, body: text }), [200, 201, 204]);
    },
    async get(user, where) {
      const reply = await request(user, where, {});
      return { status: reply.status, text: await reply.text(), etag: reply.headers.get('etag') };
    },
    async remove(user, where) {
      await must('DELETE', await request(user, where, { method: 'DELETE' }), [200, 204]);
    },
  };
}
