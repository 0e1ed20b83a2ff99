/** Calendars linked by the configuration, beside those made by domain or by consent. */
import { z } from 'zod';
import { type Carrier, type Mode, type ProviderName, providers } from '../model/calendar.ts';
import { brandId, type PersonId, type ProductionId } from '../model/ids.ts';
import { choice, list, orNull, section, text, webAddress, webAddressText } from './values.ts';

/** One entry, in the words of `CalendarLink`; what does not apply to its provider is null. */
export type CalendarConfig = Readonly<{
  /** null: the only production there is. */
  production: ProductionId | null;
  person: PersonId;
  provider: ProviderName;
  mode: Mode;
  carrier: Carrier;
  url: string | null;
  /** google, microsoft: the mailbox. caldav: the user name. */
  user: string | null;
  /** google, microsoft: which of the user's calendars. */
  calendar: string | null;
  password: string | null;
}>;

const common = {
  production: orNull(text('the id of a production').transform(brandId<ProductionId>)),
  person: text("a person's id, such as C06").transform(brandId<PersonId>),
  carrier: choice(['copy', 'invite']).default('copy'),
};
const mode = choice(['two-way', 'publish', 'busy']).default('two-way');
const mailbox = text('a mail address', value => /^[^\s@]+@[^\s@]+$/.test(value));

const hosted = {
  ...common,
  mode,
  user: mailbox,
  calendar: orNull(text("a calendar's id")),
};

const caldav = section({
  ...common,
  provider: z.literal('caldav'),
  mode,
  url: text(webAddressText, webAddress),
  username: orNull(text('a user name')),
  password: orNull(text('a password')),
}).superRefine((given, context) => {
  if ((given.username === null) === (given.password === null)) return;
  const absent = given.username === null ? 'username' : 'password';
  context.addIssue({ code: 'custom', path: [absent], message: 'username and password together, or neither' });
});

/** Programs hand out feeds as webcal:, which is https: by another name. */
const feed = text(webAddressText, value => webAddress(plainFeed(value))).transform(plainFeed);

const ics = section({
  ...common,
  provider: z.literal('ics'),
  mode: z.literal('busy', { error: 'busy (an ics link can only be read)' }).default('busy'),
  url: feed,
});

function plainFeed(value: string): string {
  return value.replace(/^webcals?:\/\//i, 'https://');
}

const entry = z
  .discriminatedUnion(
    'provider',
    [
      section({ ...hosted, provider: z.literal('google') }),
      section({ ...hosted, provider: z.literal('microsoft') }),
      caldav,
      ics,
    ],
    {
      error: ({ code }) =>
        code === 'invalid_union' ? `one of ${providers.join(', ')}` : 'a section with person, provider',
    },
  )
  .transform((given): CalendarConfig => {
    const { production, person, provider, mode, carrier } = given;
    const same = { production, person, provider, mode, carrier };
    if (given.provider === 'ics') return { ...same, url: given.url, user: null, calendar: null, password: null };
    if (given.provider === 'caldav') {
      return { ...same, url: given.url, user: given.username, calendar: null, password: given.password };
    }
    // The main calendar has one name here, however it is written, or it could be linked twice.
    const calendar = given.calendar === 'primary' ? null : given.calendar;
    return { ...same, url: null, user: given.user, calendar, password: null };
  });

export const calendars = z.preprocess(given => given ?? [], list(entry, 'a list of calendars')).prefault([]);

/** The pairs of entries that name one and the same calendar of one person, as [later, earlier]. */
export function repeatedCalendars(given: readonly CalendarConfig[]): readonly (readonly [number, number])[] {
  const seen = new Map<string, number>();
  return given.flatMap(({ production, person, provider, url, user, calendar }, index) => {
    const place = provider === 'caldav' || provider === 'ics' ? url : [user, calendar];
    const key = JSON.stringify([production, person, provider, place]);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, index);
    return earlier === undefined ? [] : [[index, earlier] as const];
  });
}

/** Pairs of entries (the later, the earlier) that sign in as one user at one server with different passwords. */
export function passwordsAtOdds(given: readonly CalendarConfig[]): readonly (readonly [number, number])[] {
  const first = new Map<string, number>();
  return given.flatMap(({ provider, url, user, password }, index) => {
    // What is wrong by itself is reported by itself, and may lack any of these.
    if (!url || !user || !password || !URL.canParse(url)) return [];
    const key = JSON.stringify([provider, new URL(url).host, user]);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, index);
    return earlier === undefined || given[earlier]?.password === password ? [] : [[index, earlier] as const];
  });
}
