/** What people answered. */
import type { Kysely } from 'kysely';
import type { EventId, ProductionId } from '../model/ids.ts';
import type { Reply } from '../model/reply.ts';
import { fromJson, toJson } from './json.ts';
import type { ReplyRepository } from './store.ts';
import type { Tables } from './tables.ts';

export class SqlReplyRepository implements ReplyRepository {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async put(reply: Reply): Promise<void> {
    const { id, production: production_id, event: event_id, person: person_id, at } = reply;
    await this.#db
      .insertInto('replies')
      .values({ id, production_id, event_id, person_id, at, body: toJson(reply) })
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
  }

  async of(production: ProductionId, event: EventId): Promise<readonly Reply[]> {
    const rows = await this.#db
      .selectFrom('replies')
      .select('body')
      .where('production_id', '=', production)
      .where('event_id', '=', event)
      .orderBy('at')
      .orderBy('id')
      .execute();
    const replies = rows.map(row => fromJson(row.body));
    return replies.sort((a, b) => a.receivedAt - b.receivedAt);
  }
}
