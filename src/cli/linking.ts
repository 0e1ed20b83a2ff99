/** What every way of adding a calendar shares: whose it is, which link it becomes, and its way into the store. */
import type { App } from '../app.ts';
import type { CalendarLink, Carrier, Mode, ProviderName } from '../model/calendar.ts';
import type { Person } from '../model/person.ts';
import { type LinkRequest, linkAskedFor, putAskedLink } from '../sync/links.ts';
import { CommandError } from './terminal.ts';

/** The options of `calendars add`, as they were given. */
export type AddOptions = Readonly<{
  person: string;
  provider: ProviderName;
  carrier: Carrier;
  url?: string;
  /** caldav: to sign in with. google, microsoft: the mailbox; without it whoever opens the address and signs in. */
  user?: string;
  passwordFile?: string;
  calendar?: string;
  mode?: Mode;
  production?: string;
  deviceCode?: boolean;
}>;

/** Throws CommandError where nobody of that id is on the unit list. */
export async function requirePerson({ store }: App, { production, person }: LinkRequest): Promise<Person> {
  const { people } = await store.read(r => r.schedule.snapshot(production));
  const found = people.get(person);
  if (!found) throw new CommandError(`there is no person “${person}” in ${production}`);
  return found;
}

/** Throws CommandError for a change of what stands in the configuration. @param changes whether one is asked for */
export async function linkFor({ store }: App, request: LinkRequest, changes: boolean): Promise<CalendarLink> {
  const link = linkAskedFor(
    request,
    (await store.read(r => r.calendars.all())).map(row => row.link),
  );
  if (link.source === 'config' && changes) {
    throw new CommandError(`${link.id} stands in the configuration file; change it there`);
  }
  return link;
}

/** @param password to be kept from now on; null: what was kept stays */
export async function saveLink(
  { store, secretBox }: App,
  link: CalendarLink,
  password: string | null = null,
): Promise<void> {
  const sealed = password === null || secretBox === null ? null : secretBox.seal(password);
  await store.write(r => putAskedLink(r, link, sealed));
}
