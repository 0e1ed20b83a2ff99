/** Every row of every sheet, read and checked against the schedule and against each other. Pure. */
import type { EventContent } from '../../model/event.ts';
import { brandId, type EventId, type Instant } from '../../model/ids.ts';
import type { Group, Person, TravelTime, Venue } from '../../model/person.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import type { Columns } from '../sheets/columns.ts';
import { type RowNote, type SheetName, type Sheets, sheetNames } from '../sheets/sheet.ts';
import type { Candidate } from './candidate.ts';
import { groupsFrom, groupsSpec, peopleFrom, peopleSpec, venuesFrom, venuesSpec } from './directory-rows.ts';
import { type Entry, readEntries } from './entry.ts';
import { eventsFrom, scheduleSpec } from './event-rows.ts';
import { dropUnknown } from './known.ts';
import { constraintsFrom, constraintsSpec, type PlacedConstraint, travelSpec, travelTimesFrom } from './list-rows.ts';
import { callsSpec, overridesSpec, type PartEntries, stopsSpec } from './part-rows.ts';
import { withVenues } from './places.ts';

export type Rows = Readonly<{
  people: readonly Candidate<Person>[];
  venues: readonly Candidate<Venue>[];
  groups: readonly Candidate<Group>[];
  travel: readonly Candidate<TravelTime>[];
  constraints: readonly Candidate<PlacedConstraint>[];
  events: readonly Candidate<EventContent>[];
  /** Parts by the event they belong to. */
  parts: ReadonlyMap<EventId, PartEntries>;
  /** All of the above that hold. */
  kept: readonly Candidate<unknown>[];
  rejected: readonly RowNote[];
  warnings: readonly RowNote[];
  /** Per sheet that was given: the keys that stand in it; null: not known, since a row cannot be read. */
  present: ReadonlyMap<SheetName, ReadonlySet<string> | null>;
}>;

export function readRows(snapshot: ScheduleSnapshot, source: Sheets, now: Instant): Rows {
  const placed = source.sheets.map(sheet => withVenues(sheet, [...snapshot.venues.values()]));
  const sheets = placed.map(each => each.sheet);
  const warnings = [...source.warnings, ...placed.flatMap(each => each.warnings)];
  const read = {
    people: readEntries(sheets, peopleSpec),
    venues: readEntries(sheets, venuesSpec),
    groups: readEntries(sheets, groupsSpec),
    travel: readEntries(sheets, travelSpec),
    constraints: readEntries(sheets, constraintsSpec),
    schedule: readEntries(sheets, scheduleSpec),
    overrides: readEntries(sheets, overridesSpec),
    stops: readEntries(sheets, stopsSpec),
    calls: readEntries(sheets, callsSpec),
  };
  const persons = new Set<string>([...snapshot.people.keys(), ...read.people.entries.map(entry => entry.key)]);
  const people = peopleFrom(read.people.entries, snapshot);
  const venues = venuesFrom(read.venues.entries, snapshot);
  const groups = groupsFrom(read.groups.entries, snapshot);
  const travel = travelTimesFrom(read.travel.entries, snapshot);
  const constraints = constraintsFrom(read.constraints.entries, snapshot);
  const events = eventsFrom(read.schedule.entries, snapshot, persons, now);
  const [overrides, stops, calls] = [asRows(read.overrides), asRows(read.stops), asRows(read.calls)];
  const made = [people, venues, groups, travel, constraints, events];
  const all = made.flatMap<Candidate<unknown>>(each => each.candidates);
  const { kept, rejected } = dropUnknown(snapshot, [...all, ...overrides, ...stops, ...calls]);
  const holds = new Set(kept);
  const holding = <Item>(rows: readonly Candidate<Item>[]) => rows.filter(row => holds.has(row));
  const sheetsRead = Object.values(read);
  const constraintRows = sheets.filter(sheet => sheet.name === 'constraints').flatMap(sheet => sheet.rows);
  const readableConstraints = constraintRows.length === holding(constraints.candidates).length;
  return {
    people: holding(people.candidates),
    venues: holding(venues.candidates),
    groups: holding(groups.candidates),
    travel: holding(travel.candidates),
    constraints: holding(constraints.candidates),
    events: holding(events.candidates),
    parts: partsByEvent(holding(overrides), holding(stops), holding(calls)),
    kept,
    rejected: [...sheetsRead.flatMap(each => each.rejected), ...made.flatMap(each => each.rejected), ...rejected],
    warnings: [...warnings, ...sheetsRead.flatMap(each => each.warnings), ...events.warnings],
    present: presentKeys(read, readableConstraints),
  };
}

type Present = Readonly<{ given: boolean; present: ReadonlySet<string> | null }>;

/** A rejected constraint may be an edit of any stored one, so none is known to have vanished. */
function presentKeys(read: Readonly<Record<SheetName, Present>>, readableConstraints: boolean): Rows['present'] {
  const given = sheetNames.filter(name => read[name].given);
  return new Map(given.map(name => [name, name === 'constraints' && !readableConstraints ? null : read[name].present]));
}

/** Rows whose item can only be made with the event they belong to. */
function asRows<C extends Columns>({ entries }: Readonly<{ entries: readonly Entry<C>[] }>): Candidate<Entry<C>>[] {
  return entries.map(entry => {
    const { at, key, references } = entry;
    return { at, key, references, outcome: 'changed', item: entry };
  });
}

type PartRows<Name extends keyof PartEntries> = readonly Candidate<PartEntries[Name][number]>[];

function partsByEvent(overrides: PartRows<'overrides'>, stops: PartRows<'stops'>, calls: PartRows<'calls'>) {
  const own = <E extends Readonly<{ given: Readonly<{ event?: string }> }>>(rows: readonly Candidate<E>[]) =>
    Map.groupBy(
      rows.map(row => row.item),
      entry => entry.given.event ?? '',
    );
  const [changed, visited, called] = [own(overrides), own(stops), own(calls)];
  const ids = new Set([...changed.keys(), ...visited.keys(), ...called.keys()]);
  return new Map(
    [...ids].map(id => [
      brandId<EventId>(id),
      { overrides: changed.get(id) ?? [], stops: visited.get(id) ?? [], calls: called.get(id) ?? [] },
    ]),
  );
}
