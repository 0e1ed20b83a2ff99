/** Who reads and answers for a person. Pure. reference/production-domain.md section 5, rule 3. */
import type { PersonId } from './ids.ts';
import type { Person, Routing } from './person.ts';
import type { LocalDate } from './when.ts';

type Part = 'self' | 'agent' | 'guardian' | 'chaperone';
const routes: Readonly<Record<Routing, readonly Part[]>> = {
  agent_only: ['agent'],
  agent_and_artist: ['self', 'agent'],
  artist_copy_agent: ['self', 'agent'],
  guardian_agent_chaperone: ['guardian', 'agent', 'chaperone'],
};

/** Under sixteen on that day; a child is never mailed, whatever the routing says. */
function isMinor({ born }: Person, on: LocalDate): boolean {
  if (born === null) return false;
  return Temporal.PlainDate.from(born).until(Temporal.PlainDate.from(on), { largestUnit: 'years' }).years < 16;
}

/**
 * Whom mail about `about` concerning an event on `date` (local to the event) goes to, once each. A part that nobody
 * plays (an artist without an agent) is left out.
 */
export function speakersFor(about: Person, date: LocalDate): readonly PersonId[] {
  const { routing } = about;
  const parts: readonly Part[] = isMinor(about, date)
    ? routes.guardian_agent_chaperone
    : routing === null
      ? ['self']
      : routes[routing];
  const ids = new Set(parts.map(part => (part === 'self' ? about.id : about[part])));
  return [...ids].filter(id => id !== null);
}
