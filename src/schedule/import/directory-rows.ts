/** People, venues and groups from their rows. Pure. */

import type { Group, Person, Venue } from '../../model/person.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import type { Columns, RowOf } from '../sheets/columns.ts';
import { groupFrom, groupsColumns, rowOfGroup } from '../sheets/groups.ts';
import { peopleColumns, peopleExtras, personFrom, rowOfPerson } from '../sheets/people.ts';
import type { RowNote } from '../sheets/sheet.ts';
import { rowOfVenue, venueFrom, venuesColumns, venuesExtras } from '../sheets/venues.ts';
import { type Candidate, completeExtra, completeRow, outcomeOf } from './candidate.ts';
import { type Entry, noteAt, type SheetSpec } from './entry.ts';

export const peopleSpec: SheetSpec<typeof peopleColumns> = {
  name: 'people',
  columns: peopleColumns,
  extras: peopleExtras,
  key: ['id'],
};
export const venuesSpec: SheetSpec<typeof venuesColumns> = {
  name: 'venues',
  columns: venuesColumns,
  extras: venuesExtras,
  key: ['id'],
};
export const groupsSpec: SheetSpec<typeof groupsColumns> = {
  name: 'groups',
  columns: groupsColumns,
  extras: null,
  key: ['id'],
};

export type Candidates<Item> = Readonly<{ candidates: readonly Candidate<Item>[]; rejected: readonly RowNote[] }>;

/** The version of a candidate is the stored one; saving raises it. */
export function peopleFrom(
  entries: readonly Entry<typeof peopleColumns>[],
  { production, people }: ScheduleSnapshot,
): Candidates<Person> {
  return candidatesOf(peopleColumns, entries, new Map<string, Person>(people), rowOfPerson, (row, entry, stored) =>
    personFrom(row, {
      production,
      version: stored?.version ?? 0,
      extra: completeExtra(stored?.extra ?? {}, entry.extra),
    }),
  );
}

export function venuesFrom(
  entries: readonly Entry<typeof venuesColumns>[],
  { production, venues }: ScheduleSnapshot,
): Candidates<Venue> {
  return candidatesOf(venuesColumns, entries, new Map<string, Venue>(venues), rowOfVenue, (row, entry, stored) =>
    venueFrom(row, {
      production,
      version: stored?.version ?? 0,
      extra: completeExtra(stored?.extra ?? {}, entry.extra),
    }),
  );
}

export function groupsFrom(
  entries: readonly Entry<typeof groupsColumns>[],
  { production, groups }: ScheduleSnapshot,
): Candidates<Group> {
  return candidatesOf(groupsColumns, entries, new Map<string, Group>(groups), rowOfGroup, (row, _, stored) =>
    groupFrom(row, { production, version: stored?.version ?? 0 }),
  );
}

/** Rows whose item needs nothing but the row and what is stored under its key. */
export function candidatesOf<C extends Columns, Item>(
  columns: C,
  entries: readonly Entry<C>[],
  stored: ReadonlyMap<string, Item>,
  rowOf: (item: Item) => RowOf<C>,
  itemFrom: (row: RowOf<C>, entry: Entry<C>, stored: Item | undefined) => Item,
): Candidates<Item> {
  const candidates: Candidate<Item>[] = [];
  const rejected: RowNote[] = [];
  for (const entry of entries) {
    const { at, key, references } = entry;
    const before = stored.get(key);
    const complete = completeRow(columns, before === undefined ? null : rowOf(before), entry);
    if ('problem' in complete) rejected.push(noteAt(at, complete.problem));
    else {
      const item = itemFrom(complete.row, entry, before);
      candidates.push({ at, key, references, outcome: outcomeOf(before, item), item });
    }
  }
  return { candidates, rejected };
}
