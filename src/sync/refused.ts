/** Copies that a provider refused before they ever stood there. */
import type { CalendarId } from '../model/ids.ts';
import type { Repositories } from '../store/store.ts';

/** What is gone now may have stood in the way of one (a calendar holds a UID once): each is tried again. */
export async function freeRefused({ copies }: Repositories, calendar: CalendarId): Promise<void> {
  const refused = (await copies.copies(calendar)).filter(copy => copy.state === 'stuck' && copy.base === null);
  if (refused.length > 0) await copies.putCopies(refused.map(copy => ({ ...copy, stuckOn: null })));
}
