/** Who and what of TIDEWRACK the demo touches (fixtures/tidewrack). */
import { brandId, type EventId, type PersonId } from '../../model/ids.ts';
import type { Person } from '../../model/person.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';

const person = (id: string) => brandId<PersonId>(id);
const event = (id: string) => brandId<EventId>(id);

export const bethan = person('C13');
export const idris = person('C02');
export const mabli = person('C46');
export const hamza = person('C36');
export const seren = person('CA01');
export const verity = person('CA09');

export const technicalRecce = event('E026');
export const fundersCall = event('E058');
export const fitting = event('E013');
export const lastRecce = event('E030');
export const toneMeeting = event('E012');
export const fullMeeting = event('E031');

export function nameOf({ people }: ScheduleSnapshot, id: PersonId): string {
  return people.get(id)?.name ?? id;
}

const programs: Readonly<Partial<Record<NonNullable<Person['calendar']>, string>>> = {
  outlook: 'Outlook',
  google: 'Google',
  caldav: 'CalDAV',
};

/** `Idris Calloway (Producer, Outlook)`; what a role says in brackets of its own is left out. */
export function introduced({ people }: ScheduleSnapshot, id: PersonId): string {
  const found = people.get(id);
  if (found === undefined) return id;
  const program = found.calendar && programs[found.calendar];
  return `${found.name} (${[found.role.replace(/ *\(.*\)$/, ''), program].filter(Boolean).join(', ')})`;
}

/** `A, B and C` */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(names);
}
