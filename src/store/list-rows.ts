/** People, venues and groups: rows with an id and a version of their own. */
import type { Kysely } from 'kysely';
import type { ProductionId } from '../model/ids.ts';
import type { Group, Person, Venue } from '../model/person.ts';
import { toJson } from './json.ts';
import type { Revisions } from './revisions.ts';
import { StaleVersionError } from './store.ts';
import type { Tables } from './tables.ts';

type Listed = Person | Venue | Group;
const singular = { people: 'person', venues: 'venue', groups: 'group' };
type ListTable = keyof typeof singular;

export class ListRows {
  readonly #db: Kysely<Tables>;
  readonly #revisions: Revisions;

  constructor(db: Kysely<Tables>, revisions: Revisions) {
    this.#db = db;
    this.#revisions = revisions;
  }

  /** @throws StaleVersionError when the stored version is not `expected` (null: there must be none) */
  async put(table: ListTable, item: Listed, expected: number | null): Promise<void> {
    const { production, id, version } = item;
    await this.#revisions.raiseWhole(production);
    const body = toJson(item);
    const written = await (expected === null
      ? this.#db
          .insertInto(table)
          .values({ production_id: production, id, version, body })
          .onConflict(conflict => conflict.doNothing())
          .returning('version')
          .executeTakeFirst()
      : this.#db
          .updateTable(table)
          .set({ version, body })
          .where('production_id', '=', production)
          .where('id', '=', id)
          .where('version', '=', expected)
          .returning('version')
          .executeTakeFirst());
    if (written) return;
    const stored = await this.#db
      .selectFrom(table)
      .select('version')
      .where('production_id', '=', production)
      .where('id', '=', id)
      .executeTakeFirst();
    throw new StaleVersionError(`${singular[table]} ${id}`, expected, stored?.version ?? null);
  }

  async remove(table: ListTable, production: ProductionId, id: Listed['id']): Promise<void> {
    await this.#revisions.raiseWhole(production);
    await this.#db.deleteFrom(table).where('production_id', '=', production).where('id', '=', id).execute();
  }
}
