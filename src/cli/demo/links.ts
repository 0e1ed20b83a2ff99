/**
 * Links everybody as a real office would: who has a mailbox in its own domain by the application's own sign-in, who
 * has a Google account of their own by saying yes on Google's page, and who has a CalDAV server by its password.
 */
import type { App } from '../../app.ts';
import type { PersonId, ProductionId } from '../../model/ids.ts';
import type { Person } from '../../model/person.ts';
import { beginVisit, finishVisit, invite } from '../../sync/consent.ts';
import { bareAccount, linksOf } from '../../sync/links.ts';
import { caldavDiary } from './diaries/caldav.ts';
import { googleDiary } from './diaries/google.ts';
import { outlookDiary } from './diaries/outlook.ts';
import type { Diary } from './diary.ts';
import type { Providers } from './providers.ts';

type Linking = Readonly<{ app: App; production: ProductionId; providers: Providers; signal: AbortSignal }>;
/** What every link of the demo is like. */
const how = { mode: 'two-way', carrier: 'copy', calendar: null } as const;

/** Gives the calendars of all who have one by the unit list, by person. */
export async function linkEverybody(linking: Linking): Promise<ReadonlyMap<PersonId, Diary>> {
  const { app, production, providers } = linking;
  const { people } = await app.store.read(r => r.schedule.snapshot(production));
  const diaries = new Map<PersonId, Diary>();
  for (const person of people.values()) {
    const diary = isInUnit(person) ? openDiary(person, providers) : null;
    if (diary !== null) diaries.set(person.id, diary);
  }
  await app.linkByDomain(production);
  for (const [person, { provider, name }] of diaries) {
    if (provider === 'google') await linkByConsent(linking, person, name);
    if (provider === 'caldav') await linkByPassword(linking, person);
  }
  return diaries;
}

const isInUnit = ({ kind }: Person) => kind === 'crew' || kind === 'cast';

/** The person's calendar, empty; null: they have none that can be written to. */
function openDiary({ id, name, email, calendar }: Person, providers: Providers): Diary | null {
  const { caldav, google, microsoft } = providers;
  if (calendar === 'caldav') {
    caldav.addUser({ name: userOf(id), password: passwordOf(id) });
    caldav.addCalendar(userOf(id), 'diary');
    return caldavDiary(caldav.calendar(userOf(id), 'diary'));
  }
  if (email === null) return null;
  if (calendar === 'google') {
    google.addUser({ email, name });
    return googleDiary(google.hand(email));
  }
  if (calendar === 'outlook') {
    microsoft.world.addUser({ address: email, name });
    return outlookDiary(microsoft.hand(email), email);
  }
  return null;
}

/** The person opens the address that the office gave them, and clicks “Allow” on Google's page. */
async function linkByConsent({ app, production, signal }: Linking, person: PersonId, user: string): Promise<void> {
  const address = await invite(app.consent, { production, person, provider: 'google', ...how, user });
  const page = await beginVisit(app.consent, address.slice(address.lastIndexOf('/') + 1), signal);
  const { headers } = await app.consent.fetch(`${page}&allow=yes`, { redirect: 'manual', signal });
  const back = new URL(headers.get('location') ?? '').searchParams;
  const answer = { state: back.get('state') ?? '', code: back.get('code'), problem: back.get('error') };
  await finishVisit(app.consent, answer, signal);
}

async function linkByPassword({ app, production, providers }: Linking, person: PersonId): Promise<void> {
  const user = userOf(person);
  const { path } = providers.caldav.calendar(user, 'diary');
  const url = new URL(path, providers.caldav.url).href;
  await app.store.write(async r => {
    for (const link of linksOf([{ production, person, provider: 'caldav', ...how, url, user }], 'demo')) {
      await r.calendars.putAccount({ ...bareAccount(link), secret: app.secretBox?.seal(passwordOf(person)) ?? null });
      await r.calendars.putLink(link);
    }
  });
}

/** The CalDAV sandbox's user names and passwords; nobody else can reach it. */
const userOf = (person: PersonId) => person.toLowerCase();
const passwordOf = (person: PersonId) => `sandbox-${person}`;
