/** A PostgreSQL of our own: in a temp folder, on a free port of the loopback, ended by its process id. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port.ts';
import { findProgram } from './peer.ts';

export type RealPostgres = Readonly<{
  /** The address of a database, which must exist; without a name: of `postgres`. */
  url(database?: string): string;
  /** Makes an empty database and gives its address. */
  create(database: string): Promise<string>;
  stop(): Promise<void>;
}>;

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or `nobody` where there is no such user. */
function serverUser(): Readonly<{ name: string; uid: number; gid: number }> | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const number = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }));
      return { name, uid: number('-u'), gid: number('-g') };
    } catch {}
  }
  throw new Error('no user to run PostgreSQL as');
}

/** Starts a server without fsync: fast, and thrown away afterwards. */
export async function startPostgres(): Promise<RealPostgres> {
  const initdb = findProgram('initdb');
  const postgres = findProgram('postgres');
  if (!initdb || !postgres) throw new Error('PostgreSQL is not installed');
  const user = serverUser();
  const identity = user ? { uid: user.uid, gid: user.gid } : {};
  const folder = mkdtempSync(join(tmpdir(), 'callboard-pg-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  if (user) for (const path of [folder, data]) chownSync(path, user.uid, user.gid);
  chmodSync(data, 0o700);
  const port = await freePort();
  // Trust for the socket of our own folder, a password for the port.
  execFileSync(
    initdb,
    ['-D', data, '-U', 'callboard', '-A', 'trust', '--auth-host=scram-sha-256', '-E', 'UTF8', '-N'],
    {
      ...identity,
      cwd: folder,
      stdio: 'pipe',
    },
  );
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', listen_addresses: '127.0.0.1' };
  const server = spawn(
    postgres,
    [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      folder,
      ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ],
    { ...identity, cwd: folder, stdio: 'ignore' },
  );
  const socket = (database: string) => ({ host: folder, port, user: 'callboard', database });
  await untilReady(() => run(socket('postgres'), `alter user callboard password 'callboard'`));
  const url = (database = 'postgres') => `postgres://callboard:callboard@127.0.0.1:${port}/${database}`;
  return {
    url,
    async create(database) {
      await run(socket('postgres'), `create database "${database}"`);
      return url(database);
    },
    async stop() {
      // Fast shutdown: clients are cut off.
      server.kill('SIGINT');
      if (server.exitCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function run(connection: Readonly<{ host: string; port: number }>, text: string): Promise<void> {
  const client = new Client(connection);
  await client.connect();
  await client.query(text);
  await client.end();
}

async function untilReady(probe: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await probe();
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}
