/** Accounts with their leases, linked calendars with what wakes them, and the record of their runs. */
import type { Kysely } from 'kysely';
import type { Account, CalendarLink, CalendarRow, Lease } from '../model/calendar.ts';
import type { AccountId, CalendarId, Instant, PersonId, ProductionId } from '../model/ids.ts';
import { pieces } from './bulk.ts';
import { calendarOf, linkColumns, patchColumns } from './calendar-row.ts';
import { fromJson, toJson } from './json.ts';
import { type CalendarPatch, type CalendarRepository, LeaseLostError, type RunRecord, StoreError } from './store.ts';
import type { Tables } from './tables.ts';

/** Kept of each calendar; a calendar that is polled every few minutes would fill the store with them. */
const runsKept = 100;

export class SqlCalendarRepository implements CalendarRepository {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Adds the account or changes it in place; a lease on it stays. */
  async putAccount(account: Account): Promise<void> {
    const { id, provider, secret, gateUntil: gate_until } = account;
    await this.#db
      .insertInto('accounts')
      .values({ id, provider, secret, gate_until, lease_owner: null, lease_epoch: 0, lease_until: null })
      .onConflict(conflict => conflict.column('id').doUpdateSet({ provider, secret, gate_until }))
      .execute();
  }

  async account(id: AccountId): Promise<Account | null> {
    const row = await this.#db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? { id, provider: row.provider, secret: row.secret, gateUntil: row.gate_until } : null;
  }

  async gate(id: AccountId, until: Instant | null): Promise<void> {
    await this.#db.updateTable('accounts').set({ gate_until: until }).where('id', '=', id).execute();
  }

  async putLink(link: CalendarLink): Promise<void> {
    const columns = linkColumns(link);
    const { id: _, ...changed } = columns;
    await this.#db
      .insertInto('calendars')
      .values({
        ...columns,
        state: 'ok',
        problem: null,
        cursor: null,
        snapshot_id: null,
        wake_seq: 1,
        done_seq: 0,
        next_at: 0,
        last_sync_at: null,
        failures: 0,
        planned_from: null,
        released: 0,
      })
      .onConflict(conflict => conflict.column('id').doUpdateSet(changed))
      .execute();
  }

  async removeLink(id: CalendarId): Promise<void> {
    for (const table of ['observations', 'copies', 'attempts', 'busy_blocks', 'subscriptions', 'runs'] as const) {
      await this.#db.deleteFrom(table).where('calendar_id', '=', id).execute();
    }
    await this.#db.deleteFrom('calendars').where('id', '=', id).execute();
  }

  /** By id. */
  async all(production?: ProductionId): Promise<readonly CalendarRow[]> {
    const query = this.#db.selectFrom('calendars').selectAll().orderBy('id');
    const rows = await (production === undefined ? query : query.where('production_id', '=', production)).execute();
    return rows.map(calendarOf);
  }

  async get(id: CalendarId): Promise<CalendarRow | null> {
    const row = await this.#db.selectFrom('calendars').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? calendarOf(row) : null;
  }

  async patch(id: CalendarId, patch: CalendarPatch): Promise<void> {
    const columns = patchColumns(patch);
    if (Object.keys(columns).length === 0) return;
    await this.#db.updateTable('calendars').set(columns).where('id', '=', id).execute();
  }

  async wake(ids: readonly CalendarId[]): Promise<void> {
    for (const piece of pieces(ids)) {
      await this.#db
        .updateTable('calendars')
        .set(eb => ({ wake_seq: eb('wake_seq', '+', 1) }))
        .where('id', 'in', piece)
        .execute();
    }
  }

  async wakePeople(production: ProductionId, people: readonly PersonId[]): Promise<void> {
    for (const piece of pieces(people)) {
      await this.#db
        .updateTable('calendars')
        .set(eb => ({ wake_seq: eb('wake_seq', '+', 1) }))
        .where('production_id', '=', production)
        .where('person_id', 'in', piece)
        .execute();
    }
  }

  async due(now: Instant, limit: number): Promise<readonly CalendarRow[]> {
    const rows = await this.#db
      .selectFrom('calendars')
      .selectAll()
      .where('state', 'not in', ['halted', 'needs-consent'])
      .where(eb => eb.or([eb('wake_seq', '>', eb.ref('done_seq')), eb('next_at', '<=', now)]))
      .orderBy('next_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(calendarOf);
  }

  /** @throws StoreError `not-found` for an unknown account */
  async takeLease(account: AccountId, owner: string, now: Instant, until: Instant): Promise<Lease | null> {
    const row = await this.#db
      .updateTable('accounts')
      .set(eb => ({
        lease_owner: owner,
        lease_until: until,
        // Not on a renewal: what this owner began before it is still its own.
        lease_epoch: eb
          .case()
          .when('lease_owner', '=', owner)
          .then(eb.ref('lease_epoch'))
          .else(eb('lease_epoch', '+', 1))
          .end(),
      }))
      .where('id', '=', account)
      .where(eb => eb.or([eb('lease_owner', 'is', null), eb('lease_owner', '=', owner), eb('lease_until', '<=', now)]))
      .returning('lease_epoch')
      .executeTakeFirst();
    if (row) return { account, owner, epoch: row.lease_epoch, until };
    if (await this.account(account)) return null;
    throw new StoreError('not-found', `there is no account ${account}`);
  }

  /** Does nothing when the lease has passed to somebody else. */
  async releaseLease(lease: Lease): Promise<void> {
    await this.#db
      .updateTable('accounts')
      .set({ lease_owner: null, lease_until: null })
      .where('id', '=', lease.account)
      .where('lease_owner', '=', lease.owner)
      .where('lease_epoch', '=', lease.epoch)
      .execute();
  }

  async requireLease(lease: Lease, until: Instant = lease.until): Promise<void> {
    const row = await this.#db
      .updateTable('accounts')
      .set(eb => ({
        lease_until: eb.case().when('lease_until', '<', until).then(until).else(eb.ref('lease_until')).end(),
      }))
      .where('id', '=', lease.account)
      .where('lease_owner', '=', lease.owner)
      .where('lease_epoch', '=', lease.epoch)
      .returning('id')
      .executeTakeFirst();
    if (!row) throw new LeaseLostError(lease.account);
  }

  async releaseLeasesOf(hasEnded: (owner: string) => boolean): Promise<void> {
    const rows = await this.#db.selectFrom('accounts').select('lease_owner').distinct().execute();
    const ended = rows.flatMap(({ lease_owner }) =>
      lease_owner !== null && hasEnded(lease_owner) ? [lease_owner] : [],
    );
    for (const piece of pieces(ended)) {
      await this.#db
        .updateTable('accounts')
        .set({ lease_owner: null, lease_until: null })
        .where('lease_owner', 'in', piece)
        .execute();
    }
  }

  /** Keeps the newest hundred of a calendar. */
  async addRun(run: RunRecord): Promise<void> {
    const { id, calendar: calendar_id, startedAt: started_at } = run;
    await this.#db
      .insertInto('runs')
      .values({ id, calendar_id, started_at, body: toJson(run) })
      .execute();
    await this.#db
      .deleteFrom('runs')
      .where('calendar_id', '=', calendar_id)
      .where('started_at', '<', eb =>
        eb
          .selectFrom('runs')
          .select('started_at')
          .where('calendar_id', '=', calendar_id)
          .orderBy('started_at', 'desc')
          .limit(1)
          .offset(runsKept - 1),
      )
      .execute();
  }

  /** Newest first. */
  async lastRuns(id: CalendarId, limit: number): Promise<readonly RunRecord[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .select('body')
      .where('calendar_id', '=', id)
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(row => fromJson(row.body));
  }
}
