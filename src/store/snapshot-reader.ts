/** Reads a production whole, and remembers the last reading: at rest a snapshot costs one row. */
import type { Kysely } from 'kysely';
import type { ScheduledEvent } from '../model/event.ts';
import type { ProductionId } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { eventOf } from './event-row.ts';
import { fromJson, type Json } from './json.ts';
import type { Revisions } from './revisions.ts';
import type { Tables } from './tables.ts';

/** The newest committed reading of each production, shared by all transactions of one store. */
export type SnapshotShelf = Map<ProductionId, ScheduleSnapshot>;

export class SnapshotReader {
  readonly #db: Kysely<Tables>;
  readonly #shelf: SnapshotShelf;
  readonly #revisions: Revisions;

  constructor(db: Kysely<Tables>, shelf: SnapshotShelf, revisions: Revisions) {
    this.#db = db;
    this.#shelf = shelf;
    this.#revisions = revisions;
  }

  /** @throws StoreError `not-found` */
  async read(production: ProductionId): Promise<ScheduleSnapshot> {
    const row = await this.#revisions.of(production);
    const known = this.#shelf.get(production);
    if (known?.revision === row.revision) return known;
    // A reader whose transaction began earlier may find a newer reading on the shelf; it is of no use to it.
    const isOlder = known !== undefined && known.revision < row.revision;
    const fresh =
      isOlder && known.revision >= row.whole_revision ? await this.#advance(known, row) : await this.#whole(row);
    // What this transaction itself has changed may still be rolled back, and its revision be used again.
    if ((known === undefined || isOlder) && !this.#revisions.hasRaised(production)) this.#shelf.set(production, fresh);
    return fresh;
  }

  /** Events are never deleted, so those written since are all the difference. */
  async #advance(known: ScheduleSnapshot, row: Tables['productions']): Promise<ScheduleSnapshot> {
    const changed = await this.#events(row.id, known.revision);
    const events = new Map(known.events);
    for (const event of changed) events.set(event.id, event);
    const isGrown = events.size > known.events.size;
    const sorted = isGrown ? byId([...events.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) : events;
    return { ...known, revision: row.revision, events: sorted };
  }

  async #whole(row: Tables['productions']): Promise<ScheduleSnapshot> {
    const { id, name, zone, revision } = row;
    const events = await this.#events(id, -1);
    const people = this.#db.selectFrom('people').select('body').where('production_id', '=', id).orderBy('id');
    const venues = this.#db.selectFrom('venues').select('body').where('production_id', '=', id).orderBy('id');
    const groups = this.#db.selectFrom('groups').select('body').where('production_id', '=', id).orderBy('id');
    const travel = this.#db.selectFrom('travel').select('body').where('production_id', '=', id).orderBy('position');
    const limits = this.#db
      .selectFrom('constraints')
      .select('body')
      .where('production_id', '=', id)
      .orderBy('position');
    return {
      production: id,
      name,
      zone,
      revision,
      events: byId(events),
      people: byId(bodiesOf(await people.execute())),
      venues: byId(bodiesOf(await venues.execute())),
      groups: byId(bodiesOf(await groups.execute())),
      travel: bodiesOf(await travel.execute()),
      constraints: bodiesOf(await limits.execute()),
    };
  }

  async #events(production: ProductionId, since: number): Promise<ScheduledEvent[]> {
    const rows = await this.#db
      .selectFrom('events')
      .selectAll()
      .where('production_id', '=', production)
      .where('revision', '>', since)
      .orderBy('id')
      .execute();
    return rows.map(eventOf);
  }
}

function bodiesOf<Body>(rows: readonly Readonly<{ body: Json<Body> }>[]): Body[] {
  return rows.map(row => fromJson(row.body));
}

function byId<Item extends Readonly<{ id: string }>>(items: readonly Item[]): Map<Item['id'], Item> {
  return new Map(items.map(item => [item.id, item]));
}
