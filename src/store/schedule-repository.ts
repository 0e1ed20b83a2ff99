/** The canonical schedule in SQL: productions, events with their history, and the office's lists. */
import type { Kysely } from 'kysely';
import type { EventVersion, ScheduledEvent } from '../model/event.ts';
import type { EventId, GroupId, Instant, PersonId, ProductionId, VenueId } from '../model/ids.ts';
import type { Constraint, Group, Person, TravelTime, Venue } from '../model/person.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { pieces } from './bulk.ts';
import { eventOf, eventRowOf, publishedColumns } from './event-row.ts';
import { fromJson, toJson } from './json.ts';
import { ListRows } from './list-rows.ts';
import { Revisions } from './revisions.ts';
import { SnapshotReader, type SnapshotShelf } from './snapshot-reader.ts';
import { type ScheduleRepository, StaleVersionError } from './store.ts';
import type { Tables } from './tables.ts';

export class SqlScheduleRepository implements ScheduleRepository {
  readonly #db: Kysely<Tables>;
  readonly #revisions: Revisions;
  readonly #lists: ListRows;
  readonly #snapshots: SnapshotReader;

  constructor(db: Kysely<Tables>, shelf: SnapshotShelf) {
    this.#db = db;
    this.#revisions = new Revisions(db);
    this.#lists = new ListRows(db, this.#revisions);
    this.#snapshots = new SnapshotReader(db, shelf, this.#revisions);
  }

  async ensureProduction(production: Parameters<ScheduleRepository['ensureProduction']>[0]): Promise<void> {
    const { id, name, zone } = production;
    const stored = await this.#db.selectFrom('productions').selectAll().where('id', '=', id).executeTakeFirst();
    if (!stored) {
      await this.#db.insertInto('productions').values({ id, name, zone, revision: 0, whole_revision: 0 }).execute();
    } else if (stored.name !== name || stored.zone !== zone) {
      await this.#revisions.raiseWhole(id);
      await this.#db.updateTable('productions').set({ name, zone }).where('id', '=', id).execute();
    }
  }

  async productions() {
    return this.#db.selectFrom('productions').select(['id', 'name', 'zone', 'revision']).orderBy('id').execute();
  }

  async revision(production: ProductionId): Promise<number> {
    return (await this.#revisions.of(production)).revision;
  }

  async snapshot(production: ProductionId): Promise<ScheduleSnapshot> {
    return this.#snapshots.read(production);
  }

  async event(production: ProductionId, id: EventId): Promise<ScheduledEvent | null> {
    const row = await this.#db
      .selectFrom('events')
      .selectAll()
      .where('production_id', '=', production)
      .where('id', '=', id)
      .executeTakeFirst();
    return row ? eventOf(row) : null;
  }

  async putEvent(event: ScheduledEvent, version: EventVersion, expected: number | null): Promise<void> {
    const revision = await this.#revisions.raise(event.production);
    const row = eventRowOf(event, revision);
    const { production_id, id, ...changed } = row;
    const written = await (expected === null
      ? this.#db
          .insertInto('events')
          .values(row)
          .onConflict(conflict => conflict.doNothing())
          .returning('version')
          .executeTakeFirst()
      : this.#db
          .updateTable('events')
          .set(changed)
          .where('production_id', '=', production_id)
          .where('id', '=', id)
          .where('version', '=', expected)
          .returning('version')
          .executeTakeFirst());
    if (!written) {
      const current = await this.event(production_id, id);
      throw new StaleVersionError(`event ${id}`, expected, current?.version ?? null);
    }
    await this.#db
      .insertInto('event_versions')
      .values({
        production_id,
        event_id: id,
        version: version.version,
        at: version.at,
        by: version.by,
        source: version.source,
        content: toJson(version.content),
      })
      .execute();
  }

  async publish(production: ProductionId, id: EventId, published: ScheduledEvent['published']): Promise<void> {
    const revision = await this.#revisions.raise(production);
    await this.#db
      .updateTable('events')
      .set({ revision, ...publishedColumns(published) })
      .where('production_id', '=', production)
      .where('id', '=', id)
      .execute();
  }

  /** Oldest first. */
  async history(production: ProductionId, id: EventId): Promise<readonly EventVersion[]> {
    const rows = await this.#db
      .selectFrom('event_versions')
      .selectAll()
      .where('production_id', '=', production)
      .where('event_id', '=', id)
      .orderBy('version')
      .execute();
    return rows.map(versionOf);
  }

  async changes(production: ProductionId, since: Instant, limit: number): Promise<readonly EventVersion[]> {
    const rows = await this.#db
      .selectFrom('event_versions')
      .selectAll()
      .where('production_id', '=', production)
      .where('at', '>=', since)
      .orderBy('at', 'desc')
      .orderBy('event_id', 'desc')
      .orderBy('version', 'desc')
      .limit(limit)
      .execute();
    return rows.map(versionOf);
  }

  async putPerson(person: Person, expected: number | null): Promise<void> {
    await this.#lists.put('people', person, expected);
  }

  async removePerson(production: ProductionId, id: PersonId): Promise<void> {
    await this.#lists.remove('people', production, id);
  }

  async putVenue(venue: Venue, expected: number | null): Promise<void> {
    await this.#lists.put('venues', venue, expected);
  }

  async removeVenue(production: ProductionId, id: VenueId): Promise<void> {
    await this.#lists.remove('venues', production, id);
  }

  async putGroup(group: Group, expected: number | null): Promise<void> {
    await this.#lists.put('groups', group, expected);
  }

  async removeGroup(production: ProductionId, id: GroupId): Promise<void> {
    await this.#lists.remove('groups', production, id);
  }

  async replaceTravel(production: ProductionId, rows: readonly TravelTime[]): Promise<void> {
    await this.#revisions.raiseWhole(production);
    await this.#db.deleteFrom('travel').where('production_id', '=', production).execute();
    for (const piece of pieces(positioned(production, rows))) {
      await this.#db.insertInto('travel').values(piece).execute();
    }
  }

  async replaceConstraints(production: ProductionId, rows: readonly Constraint[]): Promise<void> {
    await this.#revisions.raiseWhole(production);
    await this.#db.deleteFrom('constraints').where('production_id', '=', production).execute();
    for (const piece of pieces(positioned(production, rows))) {
      await this.#db.insertInto('constraints').values(piece).execute();
    }
  }
}

function positioned<Body>(production: ProductionId, rows: readonly Body[]) {
  return rows.map((row, position) => ({ production_id: production, position, body: toJson(row) }));
}

function versionOf(row: Tables['event_versions']): EventVersion {
  const { event_id: id, version, at, by, source, content } = row;
  return { id, version, at, by, source, content: fromJson(content) };
}
