/** Travel times and constraints, which have no ids: how rows are told from each other, and the lists they make. Pure. */
import type { Constraint, TravelTime } from '../../model/person.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import { constraintFrom, constraintsColumns, rowOfConstraint } from '../sheets/constraints.ts';
import type { RowNote } from '../sheets/sheet.ts';
import { rowOfTravel, travelColumns, travelFrom } from '../sheets/travel.ts';
import { type Candidate, completeRow, outcomeOf } from './candidate.ts';
import { type Candidates, candidatesOf } from './directory-rows.ts';
import { type Entry, noteAt, type SheetSpec } from './entry.ts';

export const travelSpec: SheetSpec<typeof travelColumns> = {
  name: 'travel',
  columns: travelColumns,
  extras: null,
  key: ['from', 'to'],
};
export const constraintsSpec: SheetSpec<typeof constraintsColumns> = {
  name: 'constraints',
  columns: constraintsColumns,
  extras: null,
  key: [],
};

export const travelKey = ({ from, to }: Pick<TravelTime, 'from' | 'to'>) => `${from} / ${to}`;

export function travelTimesFrom(
  entries: readonly Entry<typeof travelColumns>[],
  snapshot: ScheduleSnapshot,
): Candidates<TravelTime> {
  const stored = new Map(snapshot.travel.map(row => [travelKey(row), row]));
  return candidatesOf(travelColumns, entries, stored, rowOfTravel, row => travelFrom(row, snapshot.production));
}

/** A constraint's row with its place in the stored list; -1: it is new. */
export type PlacedConstraint = Readonly<{ constraint: Constraint; place: number }>;

/**
 * A constraint is known again by what it says; one that says something new takes the place of the first stored one of
 * that person and kind that no row of the sheet says any more, so that an edited date is an edit and not a second
 * constraint beside the first.
 */
export function constraintsFrom(
  entries: readonly Entry<typeof constraintsColumns>[],
  { production, constraints }: ScheduleSnapshot,
): Candidates<PlacedConstraint> {
  const free = new Set(constraints.keys());
  const take = (fits: (stored: Constraint) => boolean): number => {
    const place = [...free].find(index => {
      const stored = constraints[index];
      return stored !== undefined && fits(stored);
    });
    if (place !== undefined) free.delete(place);
    return place ?? -1;
  };
  const said = (stored: Constraint | undefined, entry: (typeof entries)[number]) => {
    const complete = completeRow(constraintsColumns, stored ? rowOfConstraint(stored) : null, entry);
    return 'problem' in complete ? complete : { constraint: constraintFrom(complete.row, production) };
  };
  const isUnchanged = (stored: Constraint, entry: (typeof entries)[number]) => {
    if (stored.person !== entry.given.person || stored.kind !== entry.given.kind) return false;
    const read = said(stored, entry);
    return 'constraint' in read && outcomeOf(stored, read.constraint) === 'unchanged';
  };
  const unchanged = new Map(entries.map(entry => [entry, take(stored => isUnchanged(stored, entry))]));
  const candidates: Candidate<PlacedConstraint>[] = [];
  const rejected: RowNote[] = [];
  for (const entry of entries) {
    const { at, key, references, given } = entry;
    const same = unchanged.get(entry) ?? -1;
    const place = same >= 0 ? same : take(stored => stored.person === given.person && stored.kind === given.kind);
    const read = said(constraints[place], entry);
    if ('problem' in read) rejected.push(noteAt(at, read.problem));
    else {
      const outcome = outcomeOf(constraints[place], read.constraint);
      candidates.push({ at, key, references, outcome, item: { constraint: read.constraint, place } });
    }
  }
  return { candidates, rejected };
}
