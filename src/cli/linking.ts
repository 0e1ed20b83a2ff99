/** What every way of adding a calendar shares: whose it is, which link it becomes, and its way into the store. */
import type { App } from '../app.ts';
import type { CalendarLink } from '../model/calendar.ts';
import type { Person } from '../model/person.ts';
import { bareAccount, type LinkRequest, linksOf } from '../sync/links.ts';
import { CommandError } from './terminal.ts';

/** Throws CommandError where nobody of that id is on the unit list. */
export async function requirePerson({ store }: App, { production, person }: LinkRequest): Promise<Person> {
  const { people } = await store.read(r => r.schedule.snapshot(production));
  const found = people.get(person);
  if (!found) throw new CommandError(`there is no person “${person}” in ${production}`);
  return found;
}

/** A new link, or the one that this person has to this calendar already, as it is asked for now. */
export async function linkFor({ store }: App, request: LinkRequest): Promise<CalendarLink> {
  const known = (await store.read(r => r.calendars.all())).map(row => row.link);
  const same = known.find(link => isSame(link, request));
  if (same?.source === 'config') throw new CommandError(`${same.id} stands in the configuration file; change it there`);
  const [link] = linksOf([request], 'added', new Set(known.map(({ id }) => id)));
  if (!link) throw new CommandError('nothing to add');
  return same ? { ...link, id: same.id } : link;
}

/** An address names its calendar by itself, whoever signs in there; at the others the mailbox does. */
function isSame(link: CalendarLink, request: LinkRequest): boolean {
  const { production, person, provider, url, user, calendar } = request;
  if (link.production !== production || link.person !== person || link.provider !== provider) return false;
  return url === null ? link.user === user && link.calendar === calendar : link.url === url;
}

/** @param password to be kept from now on; null: what was kept stays */
export async function saveLink(
  { store, secretBox }: App,
  link: CalendarLink,
  password: string | null = null,
): Promise<void> {
  await store.write(async r => {
    const account = (await r.calendars.account(link.account)) ?? bareAccount(link);
    const sealed = password === null || secretBox === null ? account.secret : secretBox.seal(password);
    const before = await r.calendars.get(link.id);
    await r.calendars.putAccount({ ...account, secret: sealed });
    await r.calendars.putLink(link);
    if (before?.state === 'needs-consent') await r.calendars.patch(link.id, { state: 'unread' });
    await r.calendars.wake([link.id]);
  });
}
