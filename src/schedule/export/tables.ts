/** The whole schedule as the sheets it could have been imported from. Pure. */
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import { callsColumns, rowOfCall } from '../sheets/calls.ts';
import { constraintsColumns, rowOfConstraint } from '../sheets/constraints.ts';
import { groupsColumns, rowOfGroup } from '../sheets/groups.ts';
import { overridesColumns, rowOfOverride } from '../sheets/overrides.ts';
import { peopleColumns, rowOfPerson } from '../sheets/people.ts';
import { rowOfEvent, scheduleColumns } from '../sheets/schedule.ts';
import { rowOfStop, stopsColumns } from '../sheets/stops.ts';
import { type Table, tableOf } from '../sheets/table.ts';
import { rowOfTravel, travelColumns } from '../sheets/travel.ts';
import { rowOfVenue, venuesColumns } from '../sheets/venues.ts';

/** Every sheet of contract.md section 4, as prepared (not as published), events in the order of their ids. */
export function scheduleTables(snapshot: ScheduleSnapshot): Table[] {
  const byId = <Item extends Readonly<{ id: string }>>(items: ReadonlyMap<string, Item>) =>
    [...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const events = byId(snapshot.events);
  return [
    tableOf(
      'people',
      peopleColumns,
      byId(snapshot.people).map(person => ({ row: rowOfPerson(person), extra: person.extra })),
    ),
    tableOf(
      'venues',
      venuesColumns,
      byId(snapshot.venues).map(venue => ({ row: rowOfVenue(venue), extra: venue.extra })),
    ),
    tableOf(
      'groups',
      groupsColumns,
      byId(snapshot.groups).map(group => ({ row: rowOfGroup(group) })),
    ),
    tableOf(
      'travel',
      travelColumns,
      snapshot.travel.map(travel => ({ row: rowOfTravel(travel) })),
    ),
    tableOf(
      'schedule',
      scheduleColumns,
      events.map(({ id, content }) => ({ row: rowOfEvent(id, content), extra: content.extra })),
    ),
    tableOf(
      'overrides',
      overridesColumns,
      events.flatMap(({ id, content }) =>
        content.overrides.map(override => ({ row: rowOfOverride(id, content.when, override) })),
      ),
    ),
    tableOf(
      'stops',
      stopsColumns,
      events.flatMap(({ id, content }) => content.stops.map(stop => ({ row: rowOfStop(id, stop) }))),
    ),
    tableOf(
      'calls',
      callsColumns,
      events.flatMap(({ id, content }) => content.calls.map(call => ({ row: rowOfCall(id, call) }))),
    ),
    tableOf(
      'constraints',
      constraintsColumns,
      snapshot.constraints.map(constraint => ({ row: rowOfConstraint(constraint) })),
    ),
  ];
}
