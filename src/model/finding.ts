/** What callboard asks a person about: edits that met, proposals, removals, brakes. Scheduling clashes come later. */

import type { Met } from './copy.ts';
import type { CalendarId, EventId, FindingId, Instant, PersonId, ProductionId } from './ids.ts';

export const findingKinds = [
  /** Both sides edited one field; ours was written. */
  'conflict',
  /** A person changed their copy; the schedule is unchanged until somebody decides. */
  'proposal',
  /** A person deleted their copy. */
  'removal',
  /** A person's edit was put back because they may not change that field. */
  'restored',
  /** An event was cancelled, or taken from a person, while their copy held an edit we had not seen. */
  'orphaned-edit',
  /** A calendar was halted, or deletions are held. */
  'brake',
  /** Somebody answered an invitation in a way that the office must hear of: no, another time, or not asked at all. */
  'reply',
  /** An item is stuck, unreadable or flagged (e.g. a floating time). */
  'item',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export type Choice = 'canonical' | 'theirs' | `suggestion:${number}`;

export type Finding = Readonly<{
  id: FindingId;
  production: ProductionId;
  /** Stable: kind, calendar, event, field. One problem is one card; it re-opens when its facts change. */
  key: string;
  kind: FindingKind;
  state: 'open' | 'decided' | 'closed';
  calendar: CalendarId | null;
  person: PersonId | null;
  event: EventId | null;
  /** One sentence for the secretary. */
  title: string;
  /** Field by field: base, ours, theirs. */
  met: readonly Met[];
  /** What can be chosen beside `canonical` and `theirs`, in words; `suggestion:N` counts from 1. */
  suggestions: readonly string[];
  openedAt: Instant;
  changedAt: Instant;
  decided: Readonly<{ choice: Choice; by: string; at: Instant }> | null;
}>;
