/** Calendar links as the configuration (or a person at the command line) asks for them. */
import type { Account, CalendarLink, Carrier, Mode, ProviderName } from '../model/calendar.ts';
import { shortHash } from '../model/identity.ts';
import { type AccountId, brandId, type CalendarId, type PersonId, type ProductionId } from '../model/ids.ts';
import type { Repositories, Store } from '../store/store.ts';

/** What is asked for; the words of contract.md section 2, `calendars`. */
export type LinkRequest = Readonly<{
  production: ProductionId;
  person: PersonId;
  provider: ProviderName;
  mode: Mode;
  carrier: Carrier;
  url: string | null;
  user: string | null;
  calendar: string | null;
}>;

/**
 * The links of these requests, with ids that stay the same as long as the first calendar of a person at a provider is
 * listed first: `C06-caldav`, a further one `C06-caldav-1f3a…`. Several productions put theirs in front. Pure.
 */
export function linksOf(
  requests: readonly LinkRequest[],
  source: CalendarLink['source'],
  taken: ReadonlySet<string> = new Set(),
): CalendarLink[] {
  const used = new Set(taken);
  const several = new Set(requests.map(request => request.production)).size > 1;
  return requests.map(request => {
    const { production, person, provider } = request;
    const plain = `${several ? `${production}-` : ''}${person}-${provider}`;
    const address = `${request.url ?? ''} ${request.user ?? ''} ${request.calendar ?? ''}`;
    const id = used.has(plain) ? `${plain}-${shortHash(address)}` : plain;
    used.add(id);
    // Named one by one: a request may carry more than a link should hold, such as a password.
    const { mode, carrier, url, user, calendar } = request;
    const place = { url, user, calendar };
    return {
      id: brandId<CalendarId>(id),
      production,
      person,
      account: accountOf(request),
      provider,
      mode,
      carrier,
      ...place,
      source,
    };
  });
}

/** One credential and one set of limits: a user at a server; a feed without a user stands for itself. */
export function accountOf({ provider, url, user }: Pick<LinkRequest, 'provider' | 'url' | 'user'>): AccountId {
  const host = url === null ? '' : new URL(url).host;
  return brandId<AccountId>([provider, host, user ?? url ?? ''].filter(part => part !== '').join(':'));
}

/**
 * The link that somebody asks for by hand or by consent: the one this person has to that calendar already, as it is
 * asked for now, or a new one. What stands in the configuration stays as it is there. Pure.
 */
export function linkAskedFor(request: LinkRequest, known: readonly CalendarLink[]): CalendarLink {
  const [made] = linksOf([request], 'added', new Set(known.map(link => link.id)));
  const same = known.find(link => isSameCalendar(link, request));
  if (!made) throw new Error('a request makes a link');
  if (!same) return made;
  return same.source === 'config' ? same : { ...made, id: same.id };
}

/** An address names its calendar by itself, whoever signs in there; at the others the mailbox does. */
function isSameCalendar(
  link: CalendarLink,
  { production, person, provider, url, user, calendar }: LinkRequest,
): boolean {
  if (link.production !== production || link.person !== person || link.provider !== provider) return false;
  return url === null ? link.user === user && link.calendar === calendar : link.url === url;
}

/**
 * Stores the link, due at once, and what its account signs in with.
 * @param sealed null: what was kept stays
 */
export async function putAskedLink(r: Repositories, link: CalendarLink, sealed: string | null): Promise<void> {
  const account = (await r.calendars.account(link.account)) ?? bareAccount(link);
  await r.calendars.putAccount(sealed === null ? account : { ...account, secret: sealed, gateUntil: null });
  await r.calendars.putLink(link);
  // Every calendar of the account goes on: what waited meanwhile is found by the next run.
  const ofAccount = (await r.calendars.all()).filter(row => row.link.account === link.account);
  for (const { link: one, state } of ofAccount) {
    if (state === 'needs-consent') await r.calendars.patch(one.id, { state: 'unread', problem: null, failures: 0 });
  }
  await r.calendars.wake(ofAccount.map(row => row.link.id));
}

/** An account nobody has stored a secret for yet. */
export function bareAccount(link: CalendarLink): Account {
  return { id: link.account, provider: link.provider, secret: null, gateUntil: null };
}

/**
 * Makes the store's `config` links those given: adds, changes in place, and takes away what is no longer listed. The
 * copies of a link that is taken away stay where they are; listed again, they are recognised by their marks.
 */
export async function putConfigLinks(store: Store, links: readonly CalendarLink[]): Promise<void> {
  await store.write(async r => {
    const known = await r.calendars.all();
    for (const { link } of known) {
      if (link.source === 'config' && !links.some(one => one.id === link.id)) await r.calendars.removeLink(link.id);
    }
    for (const link of links) {
      const before = known.find(row => row.link.id === link.id)?.link;
      if (before && JSON.stringify(ordered(before)) === JSON.stringify(ordered(link))) continue;
      if ((await r.calendars.account(link.account)) === null) await r.calendars.putAccount(bareAccount(link));
      await r.calendars.putLink(link);
      if (before) await r.calendars.patch(link.id, { cursor: null, snapshotId: null, plannedFrom: null });
      await r.calendars.wake([link.id]);
    }
  });
}

const ordered = (link: CalendarLink) => Object.entries(link).sort(([a], [b]) => (a < b ? -1 : 1));
