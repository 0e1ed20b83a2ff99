/** What goes when rows have vanished from their sheets. Pure. */
import type { EventContent } from '../../model/event.ts';
import type { EventId, GroupId, PersonId, VenueId } from '../../model/ids.ts';
import type { Constraint, Group, Person, Venue } from '../../model/person.ts';
import { callsColumns, rowOfCall } from '../sheets/calls.ts';
import { referencesIn } from '../sheets/columns.ts';
import { constraintsColumns, rowOfConstraint } from '../sheets/constraints.ts';
import { groupsColumns, rowOfGroup } from '../sheets/groups.ts';
import { overridesColumns, rowOfOverride } from '../sheets/overrides.ts';
import { peopleColumns, rowOfPerson } from '../sheets/people.ts';
import { rowOfEvent, scheduleColumns } from '../sheets/schedule.ts';
import type { RowNote, SheetName } from '../sheets/sheet.ts';
import { rowOfStop, stopsColumns } from '../sheets/stops.ts';

/** The schedule as it would be after the import, before anybody is removed. */
export type Outlook = Readonly<{
  people: ReadonlyMap<PersonId, Person>;
  venues: ReadonlyMap<VenueId, Venue>;
  groups: ReadonlyMap<GroupId, Group>;
  events: ReadonlyMap<EventId, EventContent>;
  constraints: readonly Constraint[];
}>;

/** Ids whose rows have vanished. */
export type Vanished = Readonly<{
  people: ReadonlySet<PersonId>;
  venues: ReadonlySet<VenueId>;
  groups: ReadonlySet<GroupId>;
}>;

type Named = Readonly<{ to: string; id: string; by: string }>;

/** Removes what nothing refers to any more; the rest stays, and a note says who still refers to it. */
export function removable(outlook: Outlook, vanished: Vanished): Vanished & Readonly<{ kept: readonly RowNote[] }> {
  const [people, venues, groups] = [new Set(vanished.people), new Set(vanished.venues), new Set(vanished.groups)];
  const kept: RowNote[] = [];
  const keep = <Id extends string>(
    ids: Set<Id>,
    sheet: SheetName,
    kinds: readonly string[],
    named: readonly Named[],
  ) => {
    for (const id of ids) {
      const by = named.find(each => each.id === id && kinds.includes(each.to))?.by;
      if (by === undefined) continue;
      ids.delete(id);
      const problem = `its row is gone, but ${by} still refers to it; not removed`;
      kept.push({ file: sheet, row: 0, column: 'id', value: id, problem });
    }
  };
  for (let before = -1; before !== kept.length; ) {
    before = kept.length;
    const named = namedBy(outlook, { people, venues, groups });
    keep(people, 'people', ['person', 'invitee'], named);
    keep(venues, 'venues', ['venue'], named);
    keep(groups, 'groups', ['group', 'invitee'], named);
  }
  return { people, venues, groups, kept };
}

/** Every id that the rest refers to. Cancelled events keep theirs as a memory only. */
function namedBy(outlook: Outlook, gone: Vanished): Named[] {
  const people = [...outlook.people.values()].filter(person => !gone.people.has(person.id));
  const groups = [...outlook.groups.values()].filter(group => !gone.groups.has(group.id));
  return [
    ...people.flatMap(person => by(person.id, referencesIn(peopleColumns, rowOfPerson(person)))),
    ...people.flatMap(person => (person.extra.hotel ?? '').split(';').map(id => ({ to: 'venue', id, by: person.id }))),
    ...[...outlook.venues.values()]
      .filter(venue => !gone.venues.has(venue.id))
      .map(venue => ({ to: 'venue', id: venue.extra.serves ?? '', by: venue.id })),
    ...groups.flatMap(group => by(group.id, referencesIn(groupsColumns, rowOfGroup(group)))),
    ...outlook.constraints.flatMap(each => by('a constraint', referencesIn(constraintsColumns, rowOfConstraint(each)))),
    ...[...outlook.events].flatMap(([id, content]) => (content.status === 'cancelled' ? [] : eventNames(id, content))),
  ];
}

function eventNames(id: EventId, content: EventContent): Named[] {
  const { when, overrides, stops, calls } = content;
  return by(id, [
    ...referencesIn(scheduleColumns, rowOfEvent(id, content)),
    ...overrides.flatMap(override => referencesIn(overridesColumns, rowOfOverride(id, when, override))),
    ...stops.flatMap(stop => referencesIn(stopsColumns, rowOfStop(id, stop))),
    ...calls.flatMap(call => referencesIn(callsColumns, rowOfCall(id, call))),
  ]);
}

function by(name: string, references: readonly Readonly<{ to: string; id: string }>[]): Named[] {
  return references.map(({ to, id }) => ({ to, id, by: name }));
}
