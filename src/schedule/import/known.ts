/** Which rows name something that is not there, or themselves in a circle. Pure. */
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import type { RowNote } from '../sheets/sheet.ts';
import type { Candidate } from './candidate.ts';
import { type NamedIn, noteAt } from './entry.ts';

/** Ids that exist once the import is done. */
type KnownIds = Readonly<{
  person: ReadonlySet<string>;
  venue: ReadonlySet<string>;
  group: ReadonlySet<string>;
  event: ReadonlySet<string>;
}>;

type Row = Candidate<unknown>;

const selector = /^(dept|role|kind):\s*\S/;

/** Whether a name stands for whoever fits it, and so cannot be unknown. */
export function isSelector(id: string): boolean {
  return id === 'all' || selector.test(id);
}

function knownIds(snapshot: ScheduleSnapshot, rows: readonly Row[]): KnownIds {
  const ids = (stored: Iterable<string>, sheet: Row['at']['sheet']) =>
    new Set([...stored, ...rows.filter(row => row.at.sheet === sheet).map(row => row.key)]);
  return {
    person: ids(snapshot.people.keys(), 'people'),
    venue: ids(snapshot.venues.keys(), 'venues'),
    group: ids(snapshot.groups.keys(), 'groups'),
    event: ids(snapshot.events.keys(), 'schedule'),
  };
}

/**
 * Drops rows that name unknown ids, and then those that named only these, until nothing changes. Rows that change
 * nothing are left alone. Rows of groups and events that contain themselves are dropped from the last one up.
 */
export function dropUnknown<R extends Row>(
  snapshot: ScheduleSnapshot,
  rows: readonly R[],
): Readonly<{ kept: readonly R[]; rejected: readonly RowNote[] }> {
  const rejected: RowNote[] = [];
  let kept = rows;
  for (;;) {
    const known = knownIds(snapshot, kept);
    const next = kept.filter(row => {
      const missing = row.outcome === 'unchanged' ? undefined : row.references.find(named => !isKnown(named, known));
      if (missing)
        rejected.push(noteAt(row.at, { column: missing.column, value: missing.id, problem: unknown(missing) }));
      return missing === undefined;
    });
    const circle = next.length === kept.length ? lastInCircle(snapshot, next) : null;
    if (next.length === kept.length && circle === null) return { kept, rejected };
    if (circle) rejected.push(noteAt(circle.row.at, { ...circle, problem: 'contains itself by way of others' }));
    kept = next.filter(row => row !== circle?.row);
  }
}

function isKnown({ to, id }: NamedIn, known: KnownIds): boolean {
  return to === 'invitee' ? isSelector(id) || known.person.has(id) || known.group.has(id) : known[to].has(id);
}

function unknown({ to }: NamedIn): string {
  return to === 'invitee' ? 'no such person or group' : `no such ${to}`;
}

type Circle<R> = Readonly<{ row: R; column: string; value: string }>;

/** The last row that closes a circle of groups within groups, or of events within events. */
function lastInCircle<R extends Row>(snapshot: ScheduleSnapshot, rows: readonly R[]): Circle<R> | null {
  const groups = new Map<string, readonly string[]>([...snapshot.groups].map(([id, group]) => [id, group.members]));
  const events = new Map<string, readonly string[]>(
    [...snapshot.events].map(([id, event]) => [id, event.content.parent === null ? [] : [event.content.parent]]),
  );
  const inside = (row: R, column: string) =>
    row.references.filter(named => named.column === column).map(named => named.id);
  for (const row of rows) {
    if (row.at.sheet === 'groups') groups.set(row.key, inside(row, 'members'));
    if (row.at.sheet === 'schedule') events.set(row.key, inside(row, 'parent'));
  }
  const closes = (row: R) =>
    (row.at.sheet === 'groups' && reaches(groups, row.key)) ||
    (row.at.sheet === 'schedule' && reaches(events, row.key));
  const row = rows.filter(each => each.outcome !== 'unchanged').findLast(closes);
  if (!row) return null;
  const column = row.at.sheet === 'groups' ? 'members' : 'parent';
  return { row, column, value: inside(row, column).join(';') };
}

/** Whether a walk from `start` comes back to it. */
function reaches(edges: ReadonlyMap<string, readonly string[]>, start: string): boolean {
  const seen = new Set<string>();
  const waiting = [...(edges.get(start) ?? [])];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at === start) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    waiting.push(...(edges.get(at) ?? []));
  }
  return false;
}
