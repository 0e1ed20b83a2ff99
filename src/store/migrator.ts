/** Brings a database to the tables of this version of callboard; every step is recorded in the database itself. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './dialect/database.ts';
import { firstTables } from './migrations/0001-tables.ts';
import { repliesByEvent } from './migrations/0002-replies.ts';
import { StoreError } from './store.ts';
import { primaryKeys, type Tables } from './tables.ts';

export type Migration = Readonly<{
  number: number;
  name: string;
  up(db: Kysely<Tables>, database: Pick<Database, 'textType'>): Promise<void>;
}>;

const migrations: readonly Migration[] = [firstTables, repliesByEvent];

/** What this version of callboard reads and writes. */
export const schemaNumber = Math.max(...migrations.map(migration => migration.number));

/**
 * Runs what is missing, inside the caller's transaction.
 * @param upTo stops after this migration; a restore fills the tables as they were and then goes on.
 * @throws StoreError `unusable` when a newer callboard has written this database.
 */
export async function migrate(db: Kysely<Tables>, database: Database, upTo = schemaNumber): Promise<void> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('number', 'integer', column => column.primaryKey())
    .addColumn('name', 'text', column => column.notNull())
    .execute();
  const done = await db.selectFrom('migrations').select('number').execute();
  const reached = Math.max(0, ...done.map(row => row.number));
  if (reached > schemaNumber) {
    const versions = `its tables are version ${reached}, this callboard knows up to ${schemaNumber}`;
    throw new StoreError('unusable', `the database was written by a newer callboard: ${versions}`);
  }
  for (const { number, name, up } of migrations) {
    if (number <= reached || number > upTo) continue;
    await up(db, database);
    await db.insertInto('migrations').values({ number, name }).execute();
  }
}

/** Takes every table of ours away, inside the caller's transaction. */
export async function dropTables(db: Kysely<Tables>): Promise<void> {
  for (const name of [...Object.keys(primaryKeys), 'migrations'])
    await sql`drop table if exists ${sql.table(name)}`.execute(db);
}
