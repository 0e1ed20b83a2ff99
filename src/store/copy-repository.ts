/** What was seen in each calendar, what we hold there, and what we tried. */
import type { Kysely } from 'kysely';
import type { BusyBlock } from '../model/calendar.ts';
import type { Attempt, Copy, Observed, Sight } from '../model/copy.ts';
import type { AttemptId, CalendarId, EventId, Instant, PersonId, ProductionId, RemoteId, Tag } from '../model/ids.ts';
import type { Range } from '../model/when.ts';
import { lastOfEach, pieces } from './bulk.ts';
import { fromJson, toJson } from './json.ts';
import type { CopyRepository } from './store.ts';
import type { Tables } from './tables.ts';

export class SqlCopyRepository implements CopyRepository {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** By remote id. */
  async sights(calendar: CalendarId): Promise<readonly Sight[]> {
    const rows = await this.#db
      .selectFrom('observations')
      .select(['seen_at', 'body'])
      .where('calendar_id', '=', calendar)
      .orderBy('remote_id')
      .execute();
    return rows.map(row => ({ calendarId: calendar, seenAt: row.seen_at, observed: fromJson(row.body) }));
  }

  async tags(calendar: CalendarId, items: readonly RemoteId[]): Promise<ReadonlyMap<RemoteId, Tag>> {
    const tags = new Map<RemoteId, Tag>();
    for (const piece of pieces(items)) {
      const rows = await this.#db
        .selectFrom('observations')
        .select(['remote_id', 'tag'])
        .where('calendar_id', '=', calendar)
        .where('remote_id', 'in', piece)
        .execute();
      for (const { remote_id, tag } of rows) if (tag !== null) tags.set(remote_id, tag);
    }
    return tags;
  }

  async putSights(
    calendar: CalendarId,
    observed: readonly Observed[],
    unchanged: readonly RemoteId[],
    snapshotId: string | null,
    now: Instant,
  ): Promise<void> {
    const rows = lastOfEach(observed, item => item.remoteId).map(item => ({
      calendar_id: calendar,
      remote_id: item.remoteId,
      kind: item.kind,
      tag: item.kind === 'gone' ? null : item.tag,
      seen_at: now,
      snapshot_id: snapshotId,
      body: toJson(item),
    }));
    for (const piece of pieces(rows)) {
      await this.#db
        .insertInto('observations')
        .values(piece)
        .onConflict(conflict =>
          conflict.columns(['calendar_id', 'remote_id']).doUpdateSet(eb => ({
            kind: eb.ref('excluded.kind'),
            tag: eb.ref('excluded.tag'),
            seen_at: eb.ref('excluded.seen_at'),
            snapshot_id: eb.ref('excluded.snapshot_id'),
            body: eb.ref('excluded.body'),
          })),
        )
        .execute();
    }
    for (const piece of pieces(unchanged)) {
      await this.#db
        .updateTable('observations')
        .set({ snapshot_id: snapshotId })
        .where('calendar_id', '=', calendar)
        .where('remote_id', 'in', piece)
        .execute();
    }
  }

  async unseen(calendar: CalendarId, snapshotId: string): Promise<readonly RemoteId[]> {
    const rows = await this.#db
      .selectFrom('observations')
      .select('remote_id')
      .where('calendar_id', '=', calendar)
      .where('kind', '<>', 'gone')
      .where(eb => eb.or([eb('snapshot_id', 'is', null), eb('snapshot_id', '<>', snapshotId)]))
      .orderBy('remote_id')
      .execute();
    return rows.map(row => row.remote_id);
  }

  async forget(calendar: CalendarId, items: readonly RemoteId[]): Promise<void> {
    for (const piece of pieces(items)) {
      await this.#db
        .deleteFrom('observations')
        .where('calendar_id', '=', calendar)
        .where('remote_id', 'in', piece)
        .execute();
    }
  }

  /** By event id. */
  async copies(calendar: CalendarId): Promise<readonly Copy[]> {
    const rows = await this.#db
      .selectFrom('copies')
      .select('body')
      .where('calendar_id', '=', calendar)
      .orderBy('event_id')
      .execute();
    return rows.map(row => fromJson(row.body));
  }

  /** By calendar id. */
  async copiesOfEvent(production: ProductionId, event: EventId): Promise<readonly Copy[]> {
    const rows = await this.#db
      .selectFrom('copies')
      .innerJoin('calendars', 'calendars.id', 'copies.calendar_id')
      .select('copies.body')
      .where('copies.event_id', '=', event)
      .where('calendars.production_id', '=', production)
      .orderBy('copies.calendar_id')
      .execute();
    return rows.map(row => fromJson(row.body));
  }

  async putCopies(copies: readonly Copy[]): Promise<void> {
    const rows = lastOfEach(copies, copy => JSON.stringify([copy.calendarId, copy.eventId])).map(copy => ({
      calendar_id: copy.calendarId,
      event_id: copy.eventId,
      body: toJson(copy),
    }));
    for (const piece of pieces(rows)) {
      await this.#db
        .insertInto('copies')
        .values(piece)
        .onConflict(conflict =>
          conflict.columns(['calendar_id', 'event_id']).doUpdateSet(eb => ({ body: eb.ref('excluded.body') })),
        )
        .execute();
    }
  }

  /** Oldest first. */
  async openAttempts(calendar: CalendarId): Promise<readonly Attempt[]> {
    const rows = await this.#db
      .selectFrom('attempts')
      .select(['body', 'outcome'])
      .where('calendar_id', '=', calendar)
      .where('outcome', '=', 'open')
      .orderBy('started_at')
      .orderBy('id')
      .execute();
    return rows.map(row => ({ ...fromJson(row.body), outcome: row.outcome }));
  }

  async addAttempts(attempts: readonly Attempt[]): Promise<void> {
    const rows = attempts.map(({ outcome, ...rest }) => ({
      id: rest.id,
      calendar_id: rest.calendarId,
      started_at: rest.startedAt,
      outcome,
      body: toJson(rest),
    }));
    for (const piece of pieces(rows)) await this.#db.insertInto('attempts').values(piece).execute();
  }

  async closeAttempts(ids: readonly AttemptId[], outcome: 'done' | 'refused'): Promise<void> {
    for (const piece of pieces(ids)) {
      await this.#db.updateTable('attempts').set({ outcome }).where('id', 'in', piece).execute();
    }
  }

  async putBusy(
    calendar: CalendarId,
    items: readonly Readonly<{ item: RemoteId; blocks: readonly BusyBlock[] }>[],
  ): Promise<void> {
    const last = lastOfEach(items, entry => entry.item);
    for (const piece of pieces(last.map(entry => entry.item))) {
      await this.#db
        .deleteFrom('busy_blocks')
        .where('calendar_id', '=', calendar)
        .where('remote_id', 'in', piece)
        .execute();
    }
    const rows = last.flatMap(({ item, blocks }) =>
      blocks.map((block, position) => ({
        calendar_id: calendar,
        remote_id: item,
        position,
        from_at: block.from,
        to_at: block.to,
        tentative: Number(block.tentative),
        all_day: Number(block.allDay),
      })),
    );
    for (const piece of pieces(rows)) await this.#db.insertInto('busy_blocks').values(piece).execute();
  }

  async clearBusy(calendar: CalendarId): Promise<void> {
    await this.#db.deleteFrom('busy_blocks').where('calendar_id', '=', calendar).execute();
  }

  /** By start. */
  async busy(
    production: ProductionId,
    range: Range,
    people?: readonly PersonId[],
  ): Promise<readonly (BusyBlock & Readonly<{ person: PersonId; calendar: CalendarId }>)[]> {
    // PostgreSQL knows no empty list.
    if (people?.length === 0) return [];
    const query = this.#db
      .selectFrom('busy_blocks as block')
      .innerJoin('calendars', 'calendars.id', 'block.calendar_id')
      .select(['calendars.person_id', 'block.calendar_id', 'from_at', 'to_at', 'tentative', 'all_day'])
      .where('calendars.production_id', '=', production)
      .where('from_at', '<', range.to)
      .where('to_at', '>', range.from)
      .orderBy('from_at')
      .orderBy('block.calendar_id')
      .orderBy('block.remote_id')
      .orderBy('block.position');
    const rows = await (people ? query.where('calendars.person_id', 'in', [...people]) : query).execute();
    return rows.map(row => ({
      person: row.person_id,
      calendar: row.calendar_id,
      from: row.from_at,
      to: row.to_at,
      tentative: row.tentative === 1,
      allDay: row.all_day === 1,
    }));
  }
}
