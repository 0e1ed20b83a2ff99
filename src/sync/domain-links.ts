/** People whose address is in one of our own domains are linked by themselves: nobody clicks anything. */
import { type CalendarLink, type ProviderName, providerNamed } from '../model/calendar.ts';
import type { ProductionId } from '../model/ids.ts';
import type { Person } from '../model/person.ts';
import type { Repositories, Store } from '../store/store.ts';
import { bareAccount, type LinkRequest, linksOf } from './links.ts';

/** Mail domains, in small letters, by the provider that has their mailboxes. */
export type Domains = Readonly<Partial<Record<ProviderName, readonly string[]>>>;

/**
 * Which links the unit list asks for, beside those a person has at that provider already. Who names another provider
 * in its column `calendar` is left alone. Pure.
 * @param linked people who have a calendar there by the configuration, by hand or by consent
 */
export function domainRequests(
  production: ProductionId,
  people: Iterable<Person>,
  domains: Domains,
  linked: (person: Person['id'], provider: ProviderName) => boolean,
): LinkRequest[] {
  return [...people].flatMap(({ id, email, calendar }) => {
    const user = email?.trim().toLowerCase() ?? '';
    return (Object.keys(domains) as ProviderName[]).flatMap(provider => {
      const isTheirs = calendar === null || providerNamed[calendar] === provider;
      if (!isTheirs || !isInDomains(user, domains[provider]) || linked(id, provider)) return [];
      const how = { mode: 'two-way', carrier: 'copy', url: null, calendar: null } as const;
      return [{ production, person: id, provider, user, ...how }];
    });
  });
}

/** @param address in small letters */
export function isInDomains(address: string, domains: readonly string[] = []): boolean {
  return domains.includes(address.slice(address.lastIndexOf('@') + 1));
}

/**
 * Makes the links of kind `domain` of one production those that its unit list asks for. Of a person who is no longer
 * listed the link stays until their copies are withdrawn, or nobody could withdraw them. Returns whether any changed.
 */
export async function putDomainLinks(store: Store, production: ProductionId, domains: Domains): Promise<boolean> {
  const [{ people }, rows] = await store.read(
    async r => [await r.schedule.snapshot(production), await r.calendars.all()] as const,
  );
  const all = rows.map(row => row.link);
  const own = all.filter(link => link.source === 'domain' && link.production === production);
  const others = all.filter(link => link.source !== 'domain' && link.production === production);
  const linked = (person: Person['id'], provider: ProviderName) =>
    others.some(link => link.person === person && link.provider === provider);
  const wanted = domainRequests(production, people.values(), domains, linked);
  const missing = wanted.filter(request => !own.some(link => isSame(link, request)));
  const surplus = own.filter(link => !wanted.some(request => isSame(link, request)));
  if (missing.length === 0 && surplus.length === 0) return false;
  return await store.write(async r => {
    let changed = false;
    for (const link of surplus) {
      if (!people.has(link.person) && (await hasCopies(r, link))) continue;
      await r.calendars.removeLink(link.id);
      changed = true;
    }
    const taken = new Set((await r.calendars.all()).map(row => String(row.link.id)));
    for (const link of linksOf(missing, 'domain', taken)) {
      if ((await r.calendars.account(link.account)) === null) await r.calendars.putAccount(bareAccount(link));
      await r.calendars.putLink(link);
      changed = true;
    }
    return changed;
  });
}

function isSame(link: CalendarLink, { person, provider, user }: LinkRequest): boolean {
  return link.person === person && link.provider === provider && link.user === user;
}

async function hasCopies(r: Repositories, { id }: CalendarLink): Promise<boolean> {
  return (await r.copies.copies(id)).some(copy => copy.state === 'placed' || copy.state === 'stuck');
}
