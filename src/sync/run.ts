/** What one run of one calendar holds in its hands, and its tally. */
import type { CalendarRow, Lease } from '../model/calendar.ts';
import type { CalendarSession } from './connector.ts';
import type { SyncParts } from './parts.ts';

/** Every page and every chunk of writes holds on to the lease for this long again; a killed worker's ends by itself. */
export const leaseMs = 90_000;

export type Tally = {
  observed: number;
  created: number;
  updated: number;
  deleted: number;
  unchanged: number;
  inbound: number;
  conflicts: number;
};

export type Run = Readonly<{
  parts: SyncParts;
  row: CalendarRow;
  lease: Lease;
  session: CalendarSession;
  tally: Tally;
}>;

export function emptyTally(): Tally {
  return { observed: 0, created: 0, updated: 0, deleted: 0, unchanged: 0, inbound: 0, conflicts: 0 };
}
