/** What callboard asks people about. */
import type { Kysely } from 'kysely';
import type { Finding } from '../model/finding.ts';
import type { CalendarId, FindingId, ProductionId } from '../model/ids.ts';
import { fromJson, toJson } from './json.ts';
import type { FindingRepository } from './store.ts';
import type { Tables } from './tables.ts';

export class SqlFindingRepository implements FindingRepository {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Oldest first. */
  async list(production: ProductionId, state?: Finding['state']): Promise<readonly Finding[]> {
    const query = this.#inOrder().where('production_id', '=', production);
    const rows = await (state ? query.where('state', '=', state) : query).execute();
    return rows.map(row => fromJson(row.body));
  }

  async get(id: FindingId): Promise<Finding | null> {
    const row = await this.#db.selectFrom('findings').select('body').where('id', '=', id).executeTakeFirst();
    return row ? fromJson(row.body) : null;
  }

  async byKey(production: ProductionId, key: string): Promise<Finding | null> {
    const row = await this.#db
      .selectFrom('findings')
      .select('body')
      .where('production_id', '=', production)
      .where('key', '=', key)
      .executeTakeFirst();
    return row ? fromJson(row.body) : null;
  }

  /** Oldest first. */
  async ofCalendar(calendar: CalendarId, state?: Finding['state']): Promise<readonly Finding[]> {
    const query = this.#inOrder().where('calendar_id', '=', calendar);
    const rows = await (state ? query.where('state', '=', state) : query).execute();
    return rows.map(row => fromJson(row.body));
  }

  /** Stores it under its id. A second finding with the same key in one production is refused by the table. */
  async put(finding: Finding): Promise<void> {
    const columns = {
      production_id: finding.production,
      key: finding.key,
      state: finding.state,
      calendar_id: finding.calendar,
      opened_at: finding.openedAt,
      body: toJson(finding),
    };
    await this.#db
      .insertInto('findings')
      .values({ id: finding.id, ...columns })
      .onConflict(conflict => conflict.column('id').doUpdateSet(columns))
      .execute();
  }

  #inOrder() {
    return this.#db.selectFrom('findings').select('body').orderBy('opened_at').orderBy('id');
  }
}
