/** How an event reaches a person. Pure. design.md section 7. */
import type { CalendarLink } from '../model/calendar.ts';
import type { PersonId } from '../model/ids.ts';

/** `copy`: in their linked calendar, so mail is plain; `invite`: by our invitation; `none`: nothing is mailed. */
export type CarrierOf = (person: PersonId) => 'copy' | 'invite' | 'none';

/** Whoever has a calendar that we write copies to has `copy`; everyone else is invited by mail. */
export function carriersFrom(links: readonly CalendarLink[]): CarrierOf {
  const withCopy = new Set(
    links.filter(link => link.mode !== 'busy' && link.carrier === 'copy').map(link => link.person),
  );
  return person => (withCopy.has(person) ? 'copy' : 'invite');
}
