/** Everything out of a database into a file, and back into either database. */
import { type Kysely, sql } from 'kysely';
import { readBackup, type TablePart, type Value, writeBackup } from './backup-file.ts';
import type { Database } from './dialect/database.ts';
import { dropTables, migrate, schemaNumber } from './migrator.ts';
import { StoreError } from './store.ts';
import { primaryKeys, type Tables } from './tables.ts';

const rowsInPage = 1_000;
const tableNames = Object.keys(primaryKeys);

/** Reads everything inside one transaction, so that what others write meanwhile is in the file whole or not at all. */
export async function backUp(database: Database, file: string): Promise<void> {
  await database.read(db => writeBackup(file, schemaNumber, partsOf(db)));
}

/**
 * Reads the whole file before anything is touched, then replaces everything in one transaction: the tables are made
 * anew as they were when the backup was written, filled, and brought up to date.
 * @throws StoreError `unusable`, and then nothing has changed
 */
export async function restoreFrom(database: Database, file: string): Promise<void> {
  const version = await checkedVersion(file);
  try {
    await database.write(async db => {
      const before = await db.selectFrom('productions').select(['id', 'revision']).execute();
      await dropTables(db);
      await migrate(db, database, version);
      // The one place where a write awaits a file: a backup may be larger than memory, and everyone waits anyway.
      for await (const part of (await readBackup(file)).parts) await insert(db, part);
      await migrate(db, database);
      await raiseRevisions(db, before);
    });
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError('unusable', `${file} does not fit the tables: ${reason}`, { cause: error });
  }
}

async function* partsOf(db: Kysely<Tables>): AsyncGenerator<TablePart> {
  for (const [table, keys] of Object.entries(primaryKeys)) {
    const key = sql.join(keys.map(column => sql.ref(column)));
    let columns: readonly string[] = [];
    let after = sql``;
    for (;;) {
      const query = sql<
        Record<string, Value>
      >`select * from ${sql.table(table)} ${after} order by ${key} limit ${rowsInPage}`;
      const { rows } = await query.execute(db);
      columns = Object.keys(rows[0] ?? {});
      yield { table, columns, rows: rows.map(row => columns.map(column => row[column] ?? null)) };
      const last = rows.at(-1);
      if (!last || rows.length < rowsInPage) break;
      after = sql`where (${key}) > (${sql.join(keys.map(column => last[column]))})`;
    }
  }
}

async function checkedVersion(file: string): Promise<number> {
  const { version, parts } = await readBackup(file);
  if (version > schemaNumber) {
    const versions = `its tables are version ${version}, this callboard knows up to ${schemaNumber}`;
    throw new StoreError('unusable', `${file} was written by a newer callboard: ${versions}`);
  }
  const found = new Set<string>();
  for await (const part of parts) found.add(part.table);
  const strange = [...found].find(table => !tableNames.includes(table));
  // Every table is there since the first version.
  const missing = tableNames.find(table => !found.has(table));
  if (strange) throw new StoreError('unusable', `${file} is not a usable backup: there is no table ${strange}`);
  if (missing) throw new StoreError('unusable', `${file} is not a usable backup: the table ${missing} is missing`);
  return version;
}

async function insert(db: Kysely<Tables>, { table, columns, rows }: TablePart): Promise<void> {
  if (rows.length === 0) return;
  const names = sql.join(columns.map(column => sql.ref(column)));
  const values = sql.join(rows.map(row => sql`(${sql.join(row)})`));
  await sql`insert into ${sql.table(table)} (${names}) values ${values}`.execute(db);
}

/** A process that read the productions before must not take its reading for the restored one. */
async function raiseRevisions(
  db: Kysely<Tables>,
  before: readonly Pick<Tables['productions'], 'id' | 'revision'>[],
): Promise<void> {
  const after = await db.selectFrom('productions').select(['id', 'revision']).execute();
  for (const { id, revision } of after) {
    const known = before.find(production => production.id === id);
    if (!known) continue;
    const raised = Math.max(known.revision, revision) + 1;
    await db
      .updateTable('productions')
      .set({ revision: raised, whole_revision: raised })
      .where('id', '=', id)
      .execute();
  }
}
