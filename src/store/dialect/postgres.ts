/** PostgreSQL, for a store that several processes share. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, types } from 'pg';
import { StoreError } from '../store.ts';
import type { Tables } from '../tables.ts';
import type { Database } from './database.ts';

const connectionsMax = 10;
const connectTimeoutMs = 10_000;
/** All writers of one database take this advisory lock: `callboard` read as a number. */
const writerLock = 0x63616c6c62;
const triesMax = 5;
const bigintOid = 20;

/** Codes of PostgreSQL's appendix A. */
const passwordCodes = ['28P01', '28000'];
const noDatabaseCode = '3D000';
const privilegeCode = '42501';
const clashCodes = ['40001', '40P01'];
const awayCodes = [
  '57P01',
  '57P02',
  '57P03',
  '08006',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
];

/**
 * @param url `postgres://USER:PASSWORD@HOST:PORT/NAME`. Nothing is connected yet.
 * @throws StoreError `unusable` when that is not an address
 */
export function openPostgres(url: string): Database {
  const place = placeOf(url);
  const pool = new Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    types: {
      // Instants and counts stay far below 2^53.
      getTypeParser: (oid, format) => (oid === bigintOid ? Number : types.getTypeParser(oid, format)),
    },
  });
  // A connection lost between or inside queries fails the query that needs it; unheard, the event ends the process.
  pool.on('error', () => undefined);
  pool.on('connect', client => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    dialect: 'postgres',
    textType: sql`text collate "C"`,
    read: work =>
      attempt(place, () =>
        db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
      ),
    // One writer at a time, as on SQLite: what a transaction has read cannot change before it writes, and its work
    // need not be repeatable. Writes are short (nothing but the store is awaited in them), so the queue is as well.
    write: work =>
      attempt(place, () =>
        db.transaction().execute(async transaction => {
          await sql`select pg_advisory_xact_lock(${writerLock})`.execute(transaction);
          return work(transaction);
        }),
      ),
    close: () => db.destroy(),
  };
}

/** Runs it again when PostgreSQL broke it off for another's sake (a reader and a restore can wait for each other). */
async function attempt<T>(place: string, transact: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact();
    } catch (error) {
      if (clashCodes.includes(codeOf(error)) && tries < triesMax) continue;
      throw refusal(error, place) ?? error;
    }
  }
}

function refusal(error: unknown, place: string): StoreError | null {
  const unusable = (what: string) => new StoreError('unusable', `PostgreSQL at ${place} ${what}`, { cause: error });
  const code = codeOf(error);
  if (passwordCodes.includes(code)) return unusable('refuses this user or password');
  if (code === noDatabaseCode) return unusable('has no database of that name');
  if (code === privilegeCode) return unusable('does not let this user make and change tables');
  if (awayCodes.includes(code)) return unusable(`cannot be reached (${code})`);
  const isLost = error instanceof Error && /timeout exceeded|Connection terminated|not queryable/.test(error.message);
  return isLost ? unusable('cannot be reached') : null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Host, port and name of the database: what may be shown. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) {
    throw new StoreError('unusable', 'the store address must be postgres://USER:PASSWORD@HOST:PORT/NAME');
  }
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? hostname}:${port || '5432'}${pathname}`;
}
