/** A linked calendar as a row, and back. */
import type { Updateable } from 'kysely';
import type { CalendarLink, CalendarRow } from '../model/calendar.ts';
import { fromJson, toJson } from './json.ts';
import type { CalendarPatch } from './store.ts';
import type { Tables } from './tables.ts';

export function linkColumns(link: CalendarLink) {
  return {
    id: link.id,
    production_id: link.production,
    person_id: link.person,
    account_id: link.account,
    link: toJson(link),
  };
}

/** Only the columns that the patch names. */
export function patchColumns(patch: CalendarPatch): Updateable<Tables['calendars']> {
  const columns: Updateable<Tables['calendars']> = {
    state: patch.state,
    problem: patch.problem,
    cursor: patch.cursor,
    snapshot_id: patch.snapshotId,
    done_seq: patch.doneSeq,
    next_at: patch.nextAt,
    last_sync_at: patch.lastSyncAt,
    failures: patch.failures,
    planned_from: patch.plannedFrom,
    released: patch.released === undefined ? undefined : Number(patch.released),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

export function calendarOf(row: Tables['calendars']): CalendarRow {
  return {
    link: fromJson(row.link),
    state: row.state,
    problem: row.problem,
    cursor: row.cursor,
    snapshotId: row.snapshot_id,
    wakeSeq: row.wake_seq,
    doneSeq: row.done_seq,
    nextAt: row.next_at,
    lastSyncAt: row.last_sync_at,
    failures: row.failures,
    plannedFrom: row.planned_from,
    released: row.released === 1,
  };
}
