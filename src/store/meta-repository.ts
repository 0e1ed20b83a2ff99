/** Single values of the store itself, and the size of its tables. */
import { type Kysely, sql } from 'kysely';
import type { MetaRepository } from './store.ts';
import { primaryKeys, type Tables } from './tables.ts';

export class SqlMetaRepository implements MetaRepository {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async get(key: string): Promise<string | null> {
    const row = await this.#db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
    return row?.value ?? null;
  }

  async put(key: string, value: string): Promise<void> {
    await this.#db
      .insertInto('meta')
      .values({ key, value })
      .onConflict(conflict => conflict.column('key').doUpdateSet({ value }))
      .execute();
  }

  async remove(key: string): Promise<void> {
    await this.#db.deleteFrom('meta').where('key', '=', key).execute();
  }

  async keys(start: string): Promise<readonly string[]> {
    const rows = await this.#db.selectFrom('meta').select('key').where('key', '>=', start).orderBy('key').execute();
    return rows.map(row => row.key).filter(key => key.startsWith(start));
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const name of Object.keys(primaryKeys)) {
      const result = await sql<{ rows: number }>`select count(*) as rows from ${sql.table(name)}`.execute(this.#db);
      counts[name] = result.rows[0]?.rows ?? 0;
    }
    return counts;
  }
}
