/** What providers have promised to tell us of. */
import type { Kysely } from 'kysely';
import type { Watching } from '../model/calendar.ts';
import type { CalendarId } from '../model/ids.ts';
import { fromJson, toJson } from './json.ts';
import type { WatchRepository } from './store.ts';
import type { Tables } from './tables.ts';

export class SqlWatchRepository implements WatchRepository {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async put(watching: Watching): Promise<void> {
    const columns = { calendar_id: watching.calendar, expires_at: watching.expiresAt, body: toJson(watching) };
    await this.#db
      .insertInto('subscriptions')
      .values({ id: watching.id, ...columns })
      .onConflict(conflict => conflict.column('id').doUpdateSet(columns))
      .execute();
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('subscriptions').where('id', '=', id).execute();
  }

  async get(id: string): Promise<Watching | null> {
    const row = await this.#db.selectFrom('subscriptions').select('body').where('id', '=', id).executeTakeFirst();
    return row ? fromJson(row.body) : null;
  }

  async of(calendar: CalendarId): Promise<readonly Watching[]> {
    const rows = await this.#inOrder().where('calendar_id', '=', calendar).execute();
    return rows.map(row => fromJson(row.body));
  }

  async all(): Promise<readonly Watching[]> {
    return (await this.#inOrder().execute()).map(row => fromJson(row.body));
  }

  #inOrder() {
    return this.#db.selectFrom('subscriptions').select('body').orderBy('expires_at').orderBy('id');
  }
}
