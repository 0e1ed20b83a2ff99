/** Live membership: who a list of invitees means today. Pure. */
import type { EventContent, Invitee } from './event.ts';
import type { GroupId, PersonId } from './ids.ts';
import type { Group, Person } from './person.ts';

export type Directory = Readonly<{
  people: ReadonlyMap<PersonId, Person>;
  groups: ReadonlyMap<GroupId, Group>;
}>;

export type Attendance = Readonly<{
  person: PersonId;
  role: 'required' | 'optional';
  /** The groups through which they come; empty: asked by name. */
  via: readonly GroupId[];
  byName: boolean;
}>;

/** The people a group reference means; groups inside groups are followed once each, so a circle ends. */
export function membersOf(ref: string, directory: Directory, seen: ReadonlySet<string> = new Set()): Set<PersonId> {
  const found = new Set<PersonId>();
  if (seen.has(ref)) return found;
  const everyone = [...directory.people.values()];
  const add = (people: readonly Person[]) => {
    for (const person of people) found.add(person.id);
  };
  const [selector, value = ''] = ref.split(/:(.*)/s);
  const same = (text: string) => text.trim().toLowerCase() === value.trim().toLowerCase();
  if (ref === 'all') add(everyone);
  else if (selector === 'dept') add(everyone.filter(person => same(person.department)));
  else if (selector === 'role') add(everyone.filter(person => same(person.role)));
  else if (selector === 'kind') add(everyone.filter(person => same(person.kind)));
  else {
    const inside = new Set([...seen, ref]);
    for (const member of directory.groups.get(ref as GroupId)?.members ?? []) {
      if (directory.people.has(member as PersonId)) found.add(member as PersonId);
      else for (const id of membersOf(member, directory, inside)) found.add(id);
    }
  }
  return found;
}

/**
 * Everyone an event asks, once each, sorted by id. Who is required by one way and optional by another is required.
 */
export function attendanceOf(content: Pick<EventContent, 'required' | 'optional'>, directory: Directory): Attendance[] {
  const found = new Map<PersonId, { role: 'required' | 'optional'; via: Set<GroupId>; byName: boolean }>();
  const ask = (invitees: readonly Invitee[], role: 'required' | 'optional') => {
    for (const invitee of invitees) {
      const people = invitee.kind === 'person' ? [invitee.id] : membersOf(invitee.ref, directory);
      for (const person of people) {
        if (!directory.people.has(person)) continue;
        const entry = found.get(person) ?? { role, via: new Set<GroupId>(), byName: false };
        if (invitee.kind === 'group') entry.via.add(invitee.ref);
        else entry.byName = true;
        found.set(person, entry);
      }
    }
  };
  ask(content.required, 'required');
  ask(content.optional, 'optional');
  return [...found]
    .map(([person, { role, via, byName }]) => ({ person, role, via: [...via].sort(), byName }))
    .sort((a, b) => (a.person < b.person ? -1 : 1));
}
