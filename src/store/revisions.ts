/** The revision of each production: raised once by every transaction that changes its schedule. */
import type { Kysely } from 'kysely';
import type { ProductionId } from '../model/ids.ts';
import { StoreError } from './store.ts';
import type { Tables } from './tables.ts';

export class Revisions {
  readonly #db: Kysely<Tables>;
  /** What this transaction has raised; lives no longer than it. */
  readonly #raised = new Map<ProductionId, number>();

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** @throws StoreError `not-found` */
  async of(production: ProductionId): Promise<Tables['productions']> {
    const row = await this.#db.selectFrom('productions').selectAll().where('id', '=', production).executeTakeFirst();
    if (!row) throw unknown(production);
    return row;
  }

  /** Whether this transaction has changed the production. */
  hasRaised(production: ProductionId): boolean {
    return this.#raised.has(production);
  }

  /** The revision that what this transaction changes now belongs to. @throws StoreError `not-found` */
  async raise(production: ProductionId): Promise<number> {
    const known = this.#raised.get(production);
    if (known !== undefined) return known;
    const row = await this.#db
      .updateTable('productions')
      .set(eb => ({ revision: eb('revision', '+', 1) }))
      .where('id', '=', production)
      .returning('revision')
      .executeTakeFirst();
    if (!row) throw unknown(production);
    this.#raised.set(production, row.revision);
    return row.revision;
  }

  /** As `raise`, for a change of anything but events: readings made before cannot be brought up to date. */
  async raiseWhole(production: ProductionId): Promise<void> {
    const revision = await this.raise(production);
    await this.#db
      .updateTable('productions')
      .set({ whole_revision: revision })
      .where('id', '=', production)
      .where('whole_revision', '<', revision)
      .execute();
  }
}

function unknown(production: ProductionId): StoreError {
  return new StoreError('not-found', `there is no production ${production}`);
}
