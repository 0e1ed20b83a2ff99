/** SQLite, the store that needs no server: one file in WAL mode, or memory. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { StoreError } from '../store.ts';
import type { Tables } from '../tables.ts';
import type { Database } from './database.ts';
import { SqliteDriver, type SqliteDriverOptions } from './sqlite-driver.ts';

/** How long a statement waits for another process before it gives up. */
const busyTimeoutMs = 10_000;
const readersMax = 4;
/** Written into the file's header, so that another program's database is not taken for ours: `CBRD`. */
const applicationId = 0x43425244;
const busyCodes = [5, 6];
const notDatabaseCode = 26;

/**
 * Opens a database file, making it and its folder where they are missing, or one in memory (`:memory:`).
 * @throws StoreError `unusable` when there is something else at that path.
 */
export function openSqlite(path: string): Database {
  return path === ':memory:' ? openMemory() : openFile(resolve(path), path);
}

function openMemory(): Database {
  // One connection for all: a second one would open another, empty database.
  const db = kysely({ open: () => new DatabaseSync(':memory:'), begin: 'begin immediate', connectionsMax: 1 });
  return database(db, db, work => work());
}

function openFile(path: string, shown: string): Database {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Made by hand for its mode: it holds people's data, and SQLite gives its side files the same mode.
    closeSync(openSync(path, 'a', 0o600));
    const first = openWriter(path, shown);
    const writers = kysely({ open: () => first, begin: 'begin immediate', connectionsMax: 1 });
    const readers = kysely({ open: () => openReader(path), begin: 'begin', connectionsMax: readersMax });
    return database(writers, readers, work => inTurn(path, work));
  } catch (error) {
    throw refusal(error, shown);
  }
}

function openWriter(path: string, shown: string): DatabaseSync {
  const connection = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    claim(connection, shown);
    connection.exec('pragma journal_mode = wal; pragma synchronous = full');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function openReader(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly: true });
}

/** Refuses a database that another program made; marks a new one as ours. */
function claim(connection: DatabaseSync, shown: string): void {
  const id = connection.prepare('pragma application_id').get()?.application_id;
  if (id === applicationId) return;
  const tables = connection.prepare('select count(*) as n from sqlite_schema').get()?.n;
  if (id !== 0 || tables !== 0) throw new StoreError('unusable', `${shown} is a database of another program`);
  connection.exec(`pragma application_id = ${applicationId}`);
}

function kysely(options: SqliteDriverOptions): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => new SqliteDriver(options),
      createAdapter: () => new SqliteAdapter(),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createIntrospector: db => new SqliteIntrospector(db),
    },
  });
}

type Queue = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Where the writers of each file stand in line, also those of other stores in this process: one that waited inside
 * SQLite would stop the whole process, and with it the writer it waits for.
 */
const lines = new Map<string, Promise<unknown>>();

function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mine = (lines.get(path) ?? Promise.resolve()).then(work);
  const end = mine.then(
    () => undefined,
    () => undefined,
  );
  lines.set(path, end);
  end.then(() => {
    if (lines.get(path) === end) lines.delete(path);
  });
  return mine;
}

function database(writers: Kysely<Tables>, readers: Kysely<Tables>, queue: Queue): Database {
  const run = async <T>(db: Kysely<Tables>, work: (db: Kysely<Tables>) => Promise<T>) => {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (!busyCodes.includes(sqliteCode(error) ?? 0)) throw error;
      const waited = `another process has held it for more than ${busyTimeoutMs / 1000} s`;
      throw new StoreError('busy', `the database is busy: ${waited}`, { cause: error });
    }
  };
  return {
    dialect: 'sqlite',
    textType: 'text',
    read: work => run(readers, work),
    write: work => queue(() => run(writers, work)),
    async close() {
      await readers.destroy();
      await writers.destroy();
    },
  };
}

function refusal(error: unknown, shown: string): StoreError {
  if (error instanceof StoreError) return error;
  if (sqliteCode(error) === notDatabaseCode) {
    return new StoreError('unusable', `${shown} is not a database file`, { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError('unusable', `cannot open the database ${shown}: ${reason}`, { cause: error });
}

/** SQLite's primary result code, without the extension in its upper bits. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}
