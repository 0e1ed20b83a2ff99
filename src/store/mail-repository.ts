/** What everyone was last told, and the messages on their way. */
import type { Kysely } from 'kysely';
import type { EventId, Instant, OutboxId, ProductionId } from '../model/ids.ts';
import type { OutboxMessage, Told } from '../model/message.ts';
import { lastOfEach, pieces } from './bulk.ts';
import { fromJson, toJson } from './json.ts';
import type { MailRepository } from './store.ts';
import type { Tables } from './tables.ts';

export class SqlMailRepository implements MailRepository {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async told(production: ProductionId): Promise<readonly Told[]> {
    const rows = await this.#told(production).execute();
    return rows.map(row => fromJson(row.body));
  }

  async toldOf(production: ProductionId, event: EventId): Promise<readonly Told[]> {
    const rows = await this.#told(production).where('event_id', '=', event).execute();
    return rows.map(row => fromJson(row.body));
  }

  async putTold(told: Told): Promise<void> {
    const { production: production_id, event: event_id, reader } = told;
    const body = toJson(told);
    await this.#db
      .insertInto('told')
      .values({ production_id, event_id, person_id: reader.person, about_id: reader.about, body })
      .onConflict(conflict =>
        conflict.columns(['production_id', 'event_id', 'person_id', 'about_id']).doUpdateSet({ body }),
      )
      .execute();
  }

  async messages(
    production: ProductionId,
    states?: readonly OutboxMessage['state'][],
  ): Promise<readonly OutboxMessage[]> {
    // PostgreSQL knows no empty list.
    if (states?.length === 0) return [];
    const query = this.#db
      .selectFrom('messages')
      .select('body')
      .where('production_id', '=', production)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');
    const rows = await (states ? query.where('state', 'in', [...states]) : query).execute();
    return rows.map(row => fromJson(row.body));
  }

  async message(id: OutboxId): Promise<OutboxMessage | null> {
    const row = await this.#db.selectFrom('messages').select('body').where('id', '=', id).executeTakeFirst();
    return row ? fromJson(row.body) : null;
  }

  async putMessages(messages: readonly OutboxMessage[]): Promise<void> {
    const rows = lastOfEach(messages, message => message.id).map(message => ({
      id: message.id,
      production_id: message.production,
      event_id: message.event,
      state: message.state,
      due_at: message.dueAt,
      created_at: message.createdAt,
      body: toJson(message),
    }));
    for (const piece of pieces(rows)) {
      await this.#db
        .insertInto('messages')
        .values(piece)
        .onConflict(conflict =>
          conflict.column('id').doUpdateSet(eb => ({
            production_id: eb.ref('excluded.production_id'),
            event_id: eb.ref('excluded.event_id'),
            state: eb.ref('excluded.state'),
            due_at: eb.ref('excluded.due_at'),
            created_at: eb.ref('excluded.created_at'),
            body: eb.ref('excluded.body'),
          })),
        )
        .execute();
    }
  }

  /** Also `unknown` ones, whose sending ended without an answer. */
  async dueMessages(now: Instant, limit: number): Promise<readonly OutboxMessage[]> {
    const rows = await this.#db
      .selectFrom('messages')
      .select('body')
      .where(eb =>
        eb.or([eb.and([eb('state', '=', 'due'), eb('due_at', '<=', now)]), eb('state', 'in', ['sending', 'unknown'])]),
      )
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(row => fromJson(row.body));
  }

  #told(production: ProductionId) {
    return this.#db
      .selectFrom('told')
      .select('body')
      .where('production_id', '=', production)
      .orderBy('event_id')
      .orderBy('person_id')
      .orderBy('about_id');
  }
}
