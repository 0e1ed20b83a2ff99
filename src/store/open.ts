/** Opens a store by its address and brings its tables up to date. */
import type { Database } from './dialect/database.ts';
import { openPostgres } from './dialect/postgres.ts';
import { openSqlite } from './dialect/sqlite.ts';
import { migrate } from './migrator.ts';
import { SqlStore } from './sql-store.ts';
import { type Store, StoreError } from './store.ts';

/**
 * @param url `sqlite:PATH` (from the working folder), `sqlite::memory:`, or `postgres://USER:PASSWORD@HOST:PORT/NAME`
 * @throws StoreError `unusable`, saying what is wrong and never the password
 */
export async function openStore(url: string): Promise<Store> {
  const database = openDatabase(url);
  try {
    await database.write(db => migrate(db, database));
  } catch (error) {
    await database.close();
    throw error;
  }
  return new SqlStore(database);
}

function openDatabase(url: string): Database {
  const [scheme, rest = ''] = url.split(/:(.*)/s);
  if (scheme === 'sqlite' && rest !== '') return openSqlite(rest);
  if (scheme === 'postgres' || scheme === 'postgresql') return openPostgres(url);
  throw new StoreError('unusable', 'the store address must be sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME');
}
