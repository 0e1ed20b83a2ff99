/** Whom mail about a person goes to. Pure. reference/production-domain.md section 5, rule 3. */
import type { PersonId } from '../model/ids.ts';
import type { Reader } from '../model/message.ts';
import type { Person } from '../model/person.ts';
import { speakersFor } from '../model/speakers.ts';
import type { LocalDate } from '../model/when.ts';

/** Somebody who ought to hear of an event and cannot be mailed, with the reason for the office. */
export type Unreachable = Readonly<{ reader: Reader; problem: 'no-such-person' | 'no-address' | 'bad-address' }>;
/** One message goes to each reader; never two of them on one To line. */
export type Recipients = Readonly<{ readers: readonly Reader[]; unreachable: readonly Unreachable[] }>;

/** Whether a text is an address that can stand on an envelope and in an iCalendar `mailto:`. */
export function isMailable(address: string): boolean {
  return /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u.test(address);
}

/** Who reads mail about `about` concerning an event on `date` (local to the event). */
export function recipientsFor(about: Person, date: LocalDate, people: ReadonlyMap<PersonId, Person>): Recipients {
  const readers: Reader[] = [];
  const unreachable: Unreachable[] = [];
  for (const id of speakersFor(about, date)) {
    const reader = { person: id, about: about.id };
    const problem = problemOf(people.get(id));
    if (problem) unreachable.push({ reader, problem });
    else readers.push(reader);
  }
  if (readers.length + unreachable.length === 0) {
    unreachable.push({ reader: { person: about.id, about: about.id }, problem: 'no-such-person' });
  }
  return { readers, unreachable };
}

function problemOf(person: Person | undefined): Unreachable['problem'] | null {
  if (!person) return 'no-such-person';
  if (!person.email) return 'no-address';
  return isMailable(person.email) ? null : 'bad-address';
}

/** The reason in words, for the office. */
export function reasonFor({ reader, problem }: Unreachable, people: ReadonlyMap<PersonId, Person>): string {
  const name = (id: PersonId) => people.get(id)?.name ?? id;
  const whom = reader.person === reader.about ? name(reader.about) : `${name(reader.person)} for ${name(reader.about)}`;
  if (problem === 'no-address') return `${whom} cannot be mailed: the people sheet has no email`;
  if (problem === 'bad-address') return `${whom} cannot be mailed: the email is not an address like name@example.org`;
  return `${whom} cannot be mailed: the people sheet names nobody to write to`;
}
